import { expect, test } from "vitest"

import { send, startHttp } from "../http/http-fixture.ts"
import { startLive } from "./live-fixture.ts"
import { openSocket } from "./socket-client.ts"

const notes = { type: "subscribe", payload: { collection: "notes" } } as const

test("a server that moves keeps its sockets until it has drained, and then says goodbye", async () => {
  const { app, port, write } = await startLive()
  const before = await openSocket(port)
  await before.ask(notes)
  const moved = await app.relisten({ host: "127.0.0.1", port: 0 }, { drainTimeoutMs: 1_500 })
  const after = await openSocket(moved.port)
  await after.ask(notes)

  await write("to both")
  await Promise.all([before.hear("delta"), after.hear("delta")])
  expect(await before.closed).toBe(1001)
  expect(await after.ask({ type: "ping" })).toMatchObject({ type: "pong" })
})

test("where live queries are not served, the path is not there", async () => {
  const { port } = await startHttp()
  const answer = await send(port, { path: "/api/realtime", headers: { connection: "upgrade", upgrade: "websocket" } })
  expect(answer).toMatchObject({ status: 404, body: { error: { code: "NOT_FOUND" } } })
  const { text } = await send(port, { path: "/metrics" })
  expect(text).not.toContain("alyx_realtime")
})

test("a client that leaves without a word is forgotten with all that it followed", async () => {
  const { port, sockets } = await startLive()
  const clients = await Promise.all(Array.from({ length: 10 }, () => openSocket(port)))
  await Promise.all(clients.map((client) => client.ask(notes)))
  for (const { ws } of clients) ws.terminate()
  await expect.poll(() => sockets.stats()).toMatchObject({ sockets: 0, subscriptions: 0, groups: 0 })
})
