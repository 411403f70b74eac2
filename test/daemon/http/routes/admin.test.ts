import { once } from "node:events"
import { request as ask, type IncomingMessage } from "node:http"
import path from "node:path"

import { expect, onTestFinished, test, vi } from "vitest"

import { tempFolder } from "../../../helpers/temp-folder.ts"
import { send, startHttp } from "../http-fixture.ts"

test("the owner reads figures and the schema, and is told of wrong methods", async () => {
  const { socketPath } = await startLocal()

  const stats = await send(socketPath, { path: "/api/admin/stats" })
  const schema = await send(socketPath, { path: "/api/admin/schema" })
  const wrong = await send(socketPath, { method: "GET", path: "/api/admin/shutdown" })

  expect(stats).toMatchObject({ status: 200, body: { uptimeSeconds: 1 } })
  expect(schema).toMatchObject({ status: 200, body: { hash: expect.any(String) } })
  expect(wrong).toMatchObject({ status: 405, headers: { allow: "POST, OPTIONS" } })
})

test("a shutdown is answered before it begins", async () => {
  const { socketPath, shutdowns } = await startLocal()

  const answer = await send(socketPath, { method: "POST", path: "/api/admin/shutdown" })

  expect(answer).toMatchObject({ status: 202, body: { pid: process.pid } })
  await vi.waitFor(() => expect(shutdowns()).toBe(1))
})

test("the log comes with its tail first, then what happens", async () => {
  const { socketPath, activity } = await startLocal()
  for (const text of ["one", "two", "three"]) activity.log("info", text)

  const stream = await openStream(socketPath, "?tail=2")
  const tail = await stream.take(2)
  activity.log("warn", "four")
  const next = await stream.take(1)

  expect(stream.response.headers).toMatchObject({
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    "x-request-id": expect.any(String),
  })
  expect([...tail, ...next]).toMatchObject([
    { message: "two" },
    { message: "three" },
    { message: "four", level: "warn" },
  ])
})

test("Last-Event-ID resumes without a gap", async () => {
  const { socketPath, activity } = await startLocal()
  for (let count = 1; count <= 10; count += 1) activity.log("info", `entry ${count}`)

  const stream = await openStream(socketPath, "?tail=0", { "last-event-id": "7" })

  expect((await stream.take(3)).map((entry) => entry.seq)).toEqual([8, 9, 10])
})

test("what was forgotten in between is said to be lost", async () => {
  const { socketPath, activity } = await startLocal()
  for (let count = 1; count <= 1_200; count += 1) activity.log("info", `entry ${count}`)

  const stream = await openStream(socketPath, "?tail=0&kind=log", { "last-event-id": "50" })

  expect(await stream.take(2)).toMatchObject([
    { kind: "lost", count: 150, seq: 200 },
    { kind: "log", seq: 201 },
  ])
})

test.each(["5000", "garbage", "-1"])("the event id %s is from another life, so the tail comes", async (id) => {
  const { socketPath, activity } = await startLocal()
  for (let count = 1; count <= 10; count += 1) activity.log("info", `entry ${count}`)

  const stream = await openStream(socketPath, "?tail=1", { "last-event-id": id })

  expect((await stream.take(1)).map((entry) => entry.seq)).toEqual([10])
})

test("without follow the answer ends after the tail, and kinds choose", async () => {
  const { socketPath, activity } = await startLocal()
  activity.log("info", "one")
  activity.reload({ cause: "schema", outcome: "applied", durationMs: 1, changes: [] })

  const answer = await send(socketPath, { path: "/api/admin/logs?follow=false&kind=reload" })

  expect(answer.text).toMatch(/^id: 2\ndata: \{"kind":"reload"[^\n]*\}\n\n$/)
})

test.each(["tail=-1", "tail=1001", "tail=ten", "follow=yes", "kind=all", "tial=1"])("%s is refused", async (query) => {
  const { socketPath } = await startLocal()

  const answer = await send(socketPath, { path: `/api/admin/logs?${query}` })

  expect(answer).toMatchObject({ status: 400, body: { error: { code: "INVALID_QUERY" } } })
})

test("the end of the daemon ends the streams and waits for none of them", async () => {
  const { app, socketPath, activity } = await startLocal()
  activity.log("info", "one")
  const stream = await openStream(socketPath, "")
  await stream.take(1)

  const closed = app.close({ drainTimeoutMs: 20_000 })
  activity.log("info", "stopping")
  await closed

  await stream.ended
  expect(activity.followed).toBe(false)
  expect(app.requestCounts().inFlight).toBe(0)
})

async function startLocal() {
  const socketPath = path.join(await tempFolder(), "daemon.sock")
  const running = await startHttp()
  await running.app.listenLocal(socketPath)
  return { ...running, socketPath }
}

async function openStream(socketPath: string, query: string, headers: Record<string, string> = {}) {
  const asking = ask({
    socketPath,
    path: `/api/admin/logs${query}`,
    agent: false,
    headers: { host: "localhost", ...headers },
  })
  onTestFinished(() => void asking.destroy())
  const [response] = (await once(asking.end(), "response")) as [IncomingMessage]
  const entries: Record<string, unknown>[] = []
  let rest = ""
  let arrived = Promise.withResolvers<void>()
  response.setEncoding("utf8").on("data", (text: string) => {
    const events = (rest + text).split("\n\n")
    rest = events.pop()!
    for (const event of events) if (event !== ":") entries.push(JSON.parse(event.split("data: ")[1]!))
    arrived.resolve()
    arrived = Promise.withResolvers()
  })
  const ended = new Promise((resolve) => response.once("close", resolve))
  // The test may end before the stream does.
  response.on("error", () => undefined)
  return {
    response,
    ended,
    async take(count: number) {
      while (entries.length < count) await arrived.promise
      return entries.splice(0, count)
    },
  }
}
