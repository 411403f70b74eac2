import { once } from "node:events"
import type { IncomingMessage } from "node:http"

import { expect, test, vi } from "vitest"

import { askQuery } from "../../../src/client/query-answer.ts"
import type { QueryRequest } from "../../../src/protocol/data-api.ts"
import { sendTo } from "../../helpers/running-daemon.ts"
import { scaled } from "../../helpers/scale.ts"
import { startDataDaemon } from "./data-daemon.ts"
import type { DataDaemon } from "./data-daemon.ts"

const schema = `version: 1
collections:
  posts:
    fields:
      k: { type: int, primary: true, default: auto }
      title: { type: string }
`

const endless = "(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT max(n) FROM c)"

function write(daemon: DataDaemon, request: QueryRequest, signal?: AbortSignal): Promise<IncomingMessage> {
  return daemon.client.open("/api/admin/db/query", {
    method: "POST",
    body: JSON.stringify({ ...request, write: true }),
    headers: { "content-type": "application/json" },
    ...(signal === undefined ? {} : { signal }),
  })
}

async function addPost(daemon: DataDaemon, title: string): Promise<void> {
  expect((await sendTo(daemon.url, "POST", "/api/collections/posts", { title })).status).toBe(201)
}

test("a statement whose client leaves before its commit is ended, or never begun, and writes nothing", async () => {
  const daemon = await startDataDaemon(schema)
  await addPost(daemon, "One")
  const [first, second] = [new AbortController(), new AbortController()]

  const slow = { sql: `UPDATE posts SET title = 'slow' || ${endless}`, timeoutMs: 600_000 }
  const running = write(daemon, slow, first.signal).catch(() => "left")
  const waiting = addPost(daemon, "Two")
  await vi.waitFor(async () => {
    expect((await sendTo(daemon.url, "GET", "/health/stats")).body).toMatchObject({ database: { waiting: 1 } })
  })
  const queued = write(daemon, { sql: "UPDATE posts SET title = 'queued'" }, second.signal).catch(() => "left")
  // Answered after the request before it was taken.
  await daemon.client.get("/api/admin/stats")
  second.abort()
  first.abort()

  expect(await Promise.all([running, queued])).toEqual(["left", "left"])
  await waiting
  await (await write(daemon, { sql: "UPDATE posts SET title = title || '!' WHERE title = 'Two'" })).toArray()
  expect((await daemon.docs("posts", "sort=k")).map(({ title }) => title)).toEqual(["One", "Two!"])
})

test("clients that take no more of what a statement gives back leave no process behind", async () => {
  const daemon = await startDataDaemon(schema)
  const rows =
    "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT 30000) SELECT printf('%0100d', n) FROM c"
  await (await write(daemon, { sql: `INSERT INTO posts (title) ${rows}` })).toArray()

  // More than may run at once, twice: they only go on when those that were left are gone.
  for (let count = 0; count < 8; count += 1) {
    const answer = await write(daemon, { sql: "UPDATE posts SET title = title RETURNING *" })
    await once(answer, "readable")
    answer.destroy()
  }
  for (let count = 0; count < 8; count += 1) {
    const left = new AbortController()
    const answer = write(daemon, { sql: "UPDATE posts SET title = title RETURNING *" }, left.signal)
    await daemon.client.get("/api/admin/stats")
    left.abort()
    await expect(answer).rejects.toThrow()
  }

  await (await write(daemon, { sql: "UPDATE posts SET title = 'last' WHERE k = 1" })).toArray()
  expect((await daemon.docs("posts", "filter=k:eq:1")).map(({ title }) => title)).toEqual(["last"])
})

test("a statement that was ended for its time has written nothing, however near its commit was", async () => {
  const daemon = await startDataDaemon(schema)
  const insert = (timeoutMs: number): Promise<IncomingMessage> => {
    const numbers = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT 2000)"
    return write(daemon, { sql: `INSERT INTO posts (title) ${numbers} SELECT hex(zeroblob(500)) FROM c`, timeoutMs })
  }
  const begin = performance.now()
  await (await insert(60_000)).toArray()
  let timeoutMs = Math.round(performance.now() - begin)
  let writtenCount = 1
  let endedCount = 0

  for (let count = 0; count < scaled(300, 12); count += 1) {
    // It swings around the time that the statement takes.
    try {
      await (await insert(timeoutMs)).toArray()
      writtenCount += 1
      timeoutMs = Math.floor(timeoutMs * 0.85)
    } catch (error) {
      expect(error).toMatchObject({ code: "QUERY_TIMEOUT" })
      if ((error as Error).message.includes("nothing was written")) endedCount += 1
      else writtenCount += 1
      timeoutMs = Math.ceil(timeoutMs * 1.1)
    }
    const { rows } = await askQuery(daemon.client, { sql: "SELECT count(*) FROM posts" })
    expect((await rows.next()).value).toEqual([writtenCount * 2_000])
    await rows.return({ rowCount: 0, truncated: false, changes: null, durationMs: 0 })
  }

  expect(endedCount).toBeGreaterThan(0)
}, 300_000)
