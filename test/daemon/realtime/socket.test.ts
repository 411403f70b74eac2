import { expect, test } from "vitest"

import { openRaw, send } from "../http/http-fixture.ts"
import { startLive } from "./live-fixture.ts"
import { beginSocket, openSocket } from "./socket-client.ts"

const notes = { type: "subscribe", payload: { collection: "notes" } } as const

test("a client is greeted, follows a query, hears of changes, and ends it", async () => {
  const { port, write, sockets } = await startLive()
  await write("one")
  const client = await openSocket(port)

  const { payload: greeting } = await client.hear("connected")
  expect(greeting.client_id).toMatch(/^client_/)
  const snapshot = await client.ask<"snapshot">(notes)
  expect(snapshot).toMatchObject({ type: "snapshot", payload: { docs: [{ title: "one" }], total: 1 } })
  await write("two")
  const delta = await client.hear("delta")
  const { subscription_id } = snapshot.payload
  expect(delta.payload).toMatchObject({ subscription_id, changes: { inserts: [{ title: "two" }] } })
  expect(sockets.stats()).toMatchObject({ sockets: 1, subscriptions: 1 })

  const ended = await client.ask<"unsubscribed">({ type: "unsubscribe", payload: { subscription_id } })
  expect(ended).toMatchObject({ type: "unsubscribed", payload: { subscription_id } })
  expect(sockets.stats()).toMatchObject({ subscriptions: 0 })
  expect(await client.ask({ type: "ping" })).toMatchObject({ type: "pong" })
})

test("what is no handshake is answered like any other request", async () => {
  const { port, app, logLines } = await startLive()
  const upgrade = { connection: "upgrade", upgrade: "websocket" }

  expect(await send(port, { path: "/api/realtime" })).toMatchObject({
    status: 426,
    body: { error: { code: "UPGRADE_REQUIRED" } },
  })
  const keyless = await send(port, { path: "/api/realtime", headers: upgrade })
  expect(keyless).toMatchObject({ status: 400, body: { error: { code: "BAD_REQUEST" } } })
  expect(keyless.body.error.message).toContain("Sec-WebSocket-Key")
  const key = { "sec-websocket-key": Buffer.alloc(16).toString("base64"), "sec-websocket-version": "13" }
  const wrongHost = { ...upgrade, ...key, host: "evil.example" }
  expect(await send(port, { path: "/api/realtime", headers: wrongHost })).toMatchObject({ status: 421 })
  const evil = await send(port, {
    path: "/api/realtime",
    headers: { ...upgrade, ...key, origin: "https://evil.example" },
  })
  expect(evil).toMatchObject({ status: 403, body: { error: { code: "FORBIDDEN_ORIGIN" } } })
  await send(port, { path: "/api/realtime", headers: { ...upgrade, ...key, origin: "https://evil.example" } })
  const told = logLines.filter(({ message }) =>
    String(message).startsWith("A page of https://evil.example was refused"),
  )
  expect(told).toHaveLength(1)
  const bad = await send(port, { path: "/api/realtime", headers: { ...upgrade, ...key, authorization: "Bearer no" } })
  expect(bad).toMatchObject({ status: 401, body: { error: { code: "INVALID_TOKEN" } } })
  expect(await send(port, { path: "/health/live", headers: upgrade })).toMatchObject({ status: 200 })
  expect(await send(port, { path: "/api/realtime", method: "POST" })).toMatchObject({ status: 405 })
  await expect.poll(() => app.requestCounts().inFlight).toBe(0)
})

test("pages of the server itself, of server.cors.origins, and in dev of this machine may open sockets", async () => {
  const { port } = await startLive({ server: { cors: { origins: ["https://app.example"] } } })
  const dev = await startLive({ mode: "dev" })

  await openSocket(port, { origin: `http://127.0.0.1:${port}` })
  await openSocket(port, { origin: "https://app.example" })
  const other = beginSocket(port, { origin: "http://localhost:3000" })
  expect(await other.closed).toBe(1006)
  await openSocket(dev.port, { origin: "http://localhost:3000" })
})

test("a socket that is opened behind an unfinished request is refused, and its answer comes first", async () => {
  const { port } = await startLive()
  const raw = await openRaw(port)
  raw.write(
    "GET /api/collections/notes HTTP/1.1\r\nhost: localhost\r\n\r\n" +
      "GET /api/realtime HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n" +
      "sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\nsec-websocket-version: 13\r\n\r\n",
  )
  const received = await raw.received
  expect(received).not.toContain("101 Switching")
})

test("in dev the log has one line for a socket, and metrics count them", async () => {
  const { port, activity } = await startLive({ mode: "dev" })
  const client = await openSocket(port)
  await client.ask(notes)

  const { text } = await send(port, { path: "/metrics" })
  expect(text).toContain("alyx_realtime_sockets 1\n")
  expect(text).toContain("alyx_realtime_subscriptions 1\n")
  expect(text).toContain("alyx_http_requests_in_flight 1\n")
  expect(text).toMatch(/route="\/api\/realtime",status="101"/)
  expect(activity.past({ tail: 10 })).toContainEqual(
    expect.objectContaining({ kind: "request", method: "GET", url: "/api/realtime", status: 101 }),
  )
})

test("closing says goodbye to every client and waits for none", async () => {
  const { app, port } = await startLive()
  const clients = await Promise.all(Array.from({ length: 20 }, () => openSocket(port)))
  const raw = await openRaw(port)
  raw.write(
    "GET /api/realtime HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n" +
      "sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\nsec-websocket-version: 13\r\n\r\n",
  )
  await raw.until(/101 Switching/)

  const before = performance.now()
  await app.close({ drainTimeoutMs: 20_000 })
  expect(performance.now() - before).toBeLessThan(5_000)
  expect(await Promise.all(clients.map(({ closed }) => closed))).toEqual(clients.map(() => 1001))
})
