import path from "node:path"

import { expect, test, vi } from "vitest"

import { cutText } from "../../../src/daemon/executions/execution-limits.ts"
import { ExecutionLog } from "../../../src/daemon/executions/execution-log.ts"
import { pruneExecutions } from "../../../src/daemon/executions/execution-pruner.ts"
import type { ExecutionRecord } from "../../../src/daemon/executions/executions.ts"
import { sqlQuery } from "../../../src/daemon/storage/database.ts"
import { IdSource } from "../../../src/lib/id.ts"
import { tempFolder } from "../../helpers/temp-folder.ts"
import { openTestDatabase } from "../http/test-database.ts"

const ids = new IdSource()
const beginMs = Date.parse("2026-11-21T09:00:00.000Z")

function execution(atMs: number, over: Partial<ExecutionRecord> = {}): ExecutionRecord {
  return {
    id: ids.next(atMs),
    functionName: "hello",
    requestId: "req_1",
    triggerType: "http",
    triggerId: null,
    parentId: null,
    status: "success",
    startedAt: new Date(atMs).toISOString(),
    completedAt: new Date(atMs + 2).toISOString(),
    durationMs: 1.25,
    input: '{"name":"Ada"}',
    output: '"Hello"',
    error: null,
    logs: null,
    ...over,
  }
}

function passTime(ms: number): ReturnType<typeof vi.spyOn> {
  const now = performance.now.bind(performance)
  return vi.spyOn(performance, "now").mockImplementation(() => now() + ms)
}

async function openLog() {
  const { database } = await openTestDatabase(path.join(await tempFolder(), "alyx.db"))
  const warnings: string[] = []
  const log = new ExecutionLog({ database, onWarning: (message) => warnings.push(message) })
  return { database, log, warnings }
}

test("a thousand calls are written in few commits and come back, newest first, page by page", async () => {
  const { log, database, warnings } = await openLog()
  const before = database.stats().commitCount
  const all = Array.from({ length: 1_000 }, (_, index) =>
    execution(beginMs + index, { functionName: index % 2 === 0 ? "even" : "odd" }),
  )
  for (const one of all) log.record(one)

  await log.flush()

  expect(warnings).toEqual([])
  expect(database.stats().commitCount - before).toBeLessThan(25)
  expect(log.get(all[7]!.id)).toEqual(all[7])
  const page = log.list({ functionName: "odd", limit: 3 })
  expect(page.map(({ id }) => id)).toEqual([all[999]!.id, all[997]!.id, all[995]!.id])
  const next = log.list({ functionName: "odd", limit: 3, before: page[2]!.id })
  expect(next[0]!.id).toBe(all[993]!.id)
  expect(log.list({ limit: 10_000 })).toHaveLength(500)
})

test("calls come in full, page by page, and a page ends where it would be too large", async () => {
  const { log } = await openLog()
  const text = "ü".repeat(32 * 1_024)
  const large = { input: text, output: text, logs: "[]" }
  const all = Array.from({ length: 30 }, (_, index) => execution(beginMs + index, index < 25 ? large : {}))
  for (const one of all) log.record(one)
  await log.flush()
  const newest = all.toReversed()

  const short = log.listInFull({ limit: 4 })
  expect(short).toEqual({ executions: newest.slice(0, 4), next: newest[3]!.id })
  const first = log.listInFull({ limit: 30 })
  expect(first).toEqual({ executions: newest, next: null })
  for (const one of newest.slice(0, 10)) log.record({ ...one, ...large, id: ids.next(beginMs + 100) })
  await log.flush()

  const cut = log.listInFull({ limit: 500, functionName: "hello" })
  // Five small ones, and 31 of a little more than 128 KiB.
  expect(cut.executions).toHaveLength(36)
  const rest = log.listInFull({ limit: 500, functionName: "hello", before: cut.next! })
  expect(rest.next).toBeNull()
  expect([...cut.executions, ...rest.executions].map(({ id }) => id)).toEqual(
    log.list({ limit: 500 }).map(({ id }) => id),
  )
  expect(log.listInFull({ limit: 5, functionName: "none" })).toEqual({ executions: [], next: null })
})

test("rows are written by themselves soon after the call", async () => {
  const { log, database } = await openLog()
  const written = new Promise<void>((resolve) => database.onCommit(resolve))
  const one = execution(beginMs, { status: "failed", error: '{"code":"FUNCTION_ERROR","message":"no"}' })

  log.record(one)
  await written

  expect(log.list({ limit: 1 })[0]).toMatchObject({ id: one.id, status: "failed", error: { code: "FUNCTION_ERROR" } })
})

test("while writes wait, what waits is bounded, and what was lost is told", async () => {
  const { log, database, warnings } = await openLog()
  const text = "x".repeat(60_000)
  await database.exclusive(async () => {
    for (let index = 0; index < 600; index += 1) log.record(execution(beginMs + index, { input: text, output: text }))
  })
  await log.flush()

  expect(warnings).toEqual(["Functions were called faster than the execution log is written."])
  const { count } = database.read((reader) =>
    reader.get(sqlQuery<{ count: number }>("SELECT count(*) AS count FROM _alyx_executions")),
  )!
  expect(count).toBeGreaterThan(100)
  expect(count).toBeLessThan(200)
  expect(log.list({ limit: 1 })[0]!.startedAt).toBe(new Date(beginMs + 599).toISOString())
})

test("what is too old or too much is deleted, oldest first, 500 at a time", async () => {
  const { log, database } = await openLog()
  const all = Array.from({ length: 1_200 }, (_, index) => execution(beginMs + index * 1_000))
  for (const one of all) log.record(one)
  await log.flush()
  const prune = (nowMs: number, rowsMax: number) =>
    pruneExecutions({ database, clock: { now: () => nowMs } }, { ageMsMax: 60_000, rowsMax })

  expect(await prune(beginMs, 1_200)).toBe(0)
  expect(await prune(beginMs, 1_100)).toBe(100)
  expect(log.get(all[99]!.id)).toBeUndefined()
  expect(log.get(all[100]!.id)).toBeDefined()
  expect(await prune(beginMs + 60_000 + 150_000, 1_200)).toBe(50)
  expect(await prune(beginMs + 10_000_000, 1_200)).toBe(500)
  expect(await prune(beginMs + 10_000_000, 1_200)).toBe(500)
  expect(await prune(beginMs + 10_000_000, 1_200)).toBe(50)
  expect(await prune(beginMs + 10_000_000, 1_200)).toBe(0)
})

test.each([
  ["short", 100, "short"],
  ["ü".repeat(10), 20, "ü".repeat(10)],
  ["ü".repeat(10), 19, `${"ü".repeat(8)}…`],
  ["😀".repeat(4), 14, "😀😀…"],
])("%j cut at %i bytes is %j", (text, bytesMax, cut) => {
  expect(cutText(text, bytesMax)).toBe(cut)
})

test("rows that the database refuses while something else holds it are written afterwards", async () => {
  const { log, database, warnings } = await openLog()
  const all = Array.from({ length: 120 }, (_, index) => execution(beginMs + index))
  await database.exclusive(async () => {
    for (const one of all) log.record(one)
    const flushed = log.flush()
    // As if everything had waited for long.
    const ahead = passTime(6_000)
    await flushed
    ahead.mockRestore()
    expect(log.list({ limit: 1 })).toEqual([])
  })

  await log.flush()

  expect(warnings).toEqual([])
  expect(log.list({ limit: 500 })).toHaveLength(120)
  await log.stop()
})
