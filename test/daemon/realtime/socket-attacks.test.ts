import { randomBytes } from "node:crypto"

import { expect, test } from "vitest"

import { scaled } from "../../helpers/scale.ts"
import { openRaw, send } from "../http/http-fixture.ts"
import { startLive } from "./live-fixture.ts"
import { openSocket } from "./socket-client.ts"
import type { Heard } from "./socket-client.ts"

const notes = { type: "subscribe", payload: { collection: "notes" } } as const
const handshake =
  "GET /api/realtime HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n" +
  "sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\nsec-websocket-version: 13\r\n\r\n"

const wrongMessages: readonly [name: string, message: string | Buffer, says: string][] = [
  ["no JSON", "{", "not valid JSON"],
  ["no text", Buffer.from([0, 1, 2]), "binary"],
  ["no object", "[1]", "must be a JSON object"],
  ["null", "null", "must be a JSON object"],
  ["no type", "{}", "has no type"],
  ["an unknown type", '{"type":"subscrib"}', "no message of the type"],
  ["a type of Object", '{"type":"constructor"}', "no message of the type"],
  ["a type that is no text", '{"type":{"a":1}}', "no message of the type"],
  ["no payload", '{"type":"subscribe"}', "needs a payload"],
  ["a token of numbers", '{"type":"auth","payload":{"token":1}}', "payload.token"],
  ["an id that is no text", '{"id":7,"type":"ping"}', "id must be a text"],
  ["a deep message", `{"type":${"[".repeat(30_000)}${"]".repeat(30_000)}}`, "nested deeper"],
]

test("what is no query is answered as for a list, and the socket goes on", async () => {
  const { port } = await startLive()
  const client = await openSocket(port)
  const wrongQueries: readonly [payload: object, code: string][] = [
    [{}, "INVALID_QUERY"],
    [{ collection: 7 }, "INVALID_QUERY"],
    [{ collection: "secrets" }, "COLLECTION_NOT_FOUND"],
    [{ collection: "__proto__" }, "COLLECTION_NOT_FOUND"],
    [{ collection: "_alyx_users" }, "COLLECTION_NOT_FOUND"],
    [{ collection: "notes", filtr: {} }, "INVALID_QUERY"],
    [{ collection: "notes", limit: 501 }, "INVALID_QUERY"],
    [{ collection: "notes", limit: 1e99 }, "INVALID_QUERY"],
    [{ collection: "notes", filter: [1] }, "INVALID_FILTER"],
    [{ collection: "notes", filter: { title: { $where: "1" } } }, "INVALID_FILTER"],
    [{ collection: "notes", filter: { title: { $in: Array.from({ length: 5_000 }, () => "x") } } }, "INVALID_FILTER"],
    [{ collection: "notes", sort: { a: 1 } }, "INVALID_QUERY"],
  ]
  for (const [payload, code] of wrongQueries) {
    const name = JSON.stringify(payload).slice(0, 200)
    const answer = await client.ask<"error">({ type: "subscribe", payload: payload as never })
    expect(answer, name).toMatchObject({ type: "error", payload: { code } })
    expect(answer.payload, name).not.toHaveProperty("subscription_id")
  }
  const strange = { type: "subscribe", payload: { collection: "notes", since: { a: 1 } as never } } as const
  expect(await client.ask(strange)).toMatchObject({ type: "snapshot" })
})

test("what is no message is answered with INVALID_MESSAGE and its id, and the socket goes on", async () => {
  const { port, logLines } = await startLive()
  const client = await openSocket(port)
  for (const [name, message, says] of wrongMessages) {
    const before = client.heard.length
    client.sayRaw(message)
    await client.ask({ type: "ping" })
    const answer = client.heard.slice(before).find(({ type }) => type === "error") as Heard<"error"> | undefined
    expect(answer?.payload, name).toMatchObject({ code: "INVALID_MESSAGE" })
    expect(answer?.payload.message, name).toContain(says)
  }
  client.sayRaw('{"id":"seven","type":"nothing"}')
  await client.hear("error", ({ id }) => id === "seven")
  expect(await client.ask({ type: "subscribe", payload: { collection: "secrets" } })).toMatchObject({
    payload: { code: "COLLECTION_NOT_FOUND" },
  })
  expect(await client.ask({ type: "unsubscribe", payload: { subscription_id: "sub_1" } })).toMatchObject({
    payload: { code: "SUBSCRIPTION_NOT_FOUND" },
  })
  expect(logLines.filter(({ level }) => level === "error")).toEqual([])
})

test("messages that are too large, in too many parts, or no frames end their socket with its code", async () => {
  const { port } = await startLive({ messageLimitBytes: 1_024 })
  const large = await openSocket(port)
  large.sayRaw(`{"type":"ping","id":"${"x".repeat(2_000)}"}`)
  expect(await large.closed).toBe(1009)

  const parts = await openSocket(port)
  for (let part = 0; part < 200; part += 1) parts.ws.send("", { fin: false })
  expect(await parts.closed).toBe(1008)

  const text = await openSocket(port)
  text.ws.send(Buffer.from([0xff, 0xfe]), { binary: false })
  expect(await text.closed).toBe(1007)

  const raw = await openRaw(port)
  raw.write(handshake)
  await raw.until(/101 Switching/)
  raw.write(randomBytes(500))
  await raw.received
  expect((await openSocket(port)).ws.readyState).toBe(1)
})

test("a socket may follow so many queries, and no more", async () => {
  const { port, sockets } = await startLive({ config: { subscriptionsMax: 5 } })
  const client = await openSocket(port)
  const answers = await Promise.all(Array.from({ length: 7 }, () => client.ask(notes)))
  expect(answers.map(({ type }) => type)).toEqual([...Array.from({ length: 5 }, () => "snapshot"), "error", "error"])
  expect(answers[5]).toMatchObject({ payload: { code: "TOO_MANY_SUBSCRIPTIONS" } })
  expect(sockets.stats().subscriptions).toBe(5)
  client.ws.terminate()
  await expect.poll(() => sockets.stats()).toMatchObject({ sockets: 0, subscriptions: 0 })
})

test("an address may open so many sockets; the next is refused with 429 until one is closed", async () => {
  const count = scaled(1_000, 50)
  const { port } = await startLive({
    server: { maxConnections: 5_000 },
    config: { connectionsPerAddressMax: count, connectionsMax: 2_000 },
  })
  const clients = await Promise.all(Array.from({ length: count }, () => openSocket(port)))
  const headers = {
    connection: "upgrade",
    upgrade: "websocket",
    "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==",
    "sec-websocket-version": "13",
  }
  const refused = await send(port, { path: "/api/realtime", headers })
  expect(refused).toMatchObject({ status: 429, body: { error: { code: "TOO_MANY_CONNECTIONS" } } })
  expect(refused.headers["retry-after"]).toBe("10")
  clients[0]!.ws.close()
  await clients[0]!.closed
  await expect
    .poll(() =>
      openSocket(port)
        .then(({ ws }) => ws.readyState)
        .catch(() => null),
    )
    .toBe(1)
})

test("ten thousand subscriptions hear of a write, and cost nothing when they have ended", async () => {
  const { port, write, sockets } = await startLive()
  const clients = await Promise.all(Array.from({ length: scaled(100, 5) }, () => openSocket(port)))
  const perSocket = 100
  await Promise.all(clients.flatMap((client) => Array.from({ length: perSocket }, () => client.ask(notes))))
  expect(sockets.stats()).toMatchObject({ subscriptions: clients.length * perSocket, groups: 1 })
  await write("for all")
  for (const client of clients) {
    await expect
      .poll(() => client.heard.filter(({ type }) => type === "delta").length, { timeout: 20_000 })
      .toBe(perSocket)
    client.ws.terminate()
  }
  await expect.poll(() => sockets.stats()).toMatchObject({ sockets: 0, subscriptions: 0, groups: 0 })
})

test("an address may subscribe and guess tokens only so often, over all its sockets", async () => {
  const { port, socketPath } = await startLive({ config: { askedRate: { count: 10, windowMs: 60_000 } } })
  const [one, other, owner] = [await openSocket(port), await openSocket(port), await openSocket(socketPath)]
  for (let count = 0; count < 5; count += 1) {
    expect((await one.ask(notes)).type).toBe("snapshot")
    expect(await one.ask({ type: "auth", payload: { token: `guess ${count}` } })).toMatchObject({ type: "error" })
  }
  for (const message of [notes, { type: "auth", payload: { token: "guess" } }] as const) {
    const refused = await other.ask<"error">(message)
    expect(refused.payload).toMatchObject({ code: "RATE_LIMITED" })
    expect(refused.payload.details!["retry_after_seconds"]).toBeGreaterThan(1)
  }
  expect((await owner.ask(notes)).type).toBe("snapshot")
})

test("a client that never stops talking is told so, and then cut off", async () => {
  const { port } = await startLive({ limits: { messagesPerSecond: 10, messagesAtOnce: 20, messagesOverMax: 100 } })
  const client = await openSocket(port)
  for (let count = 0; count < 300; count += 1) client.sayRaw(`{"id":"m${count}","type":"ping"}`)
  expect(await client.closed).toBe(1008)
  const refused = client.heard.filter((message) => message.type === "error")
  expect(client.heard.filter(({ type }) => type === "pong").length).toBeLessThanOrEqual(20)
  expect(refused.length).toBeGreaterThan(50)
  expect(refused[0]).toMatchObject({ id: "m20", payload: { code: "RATE_LIMITED" } })
  expect(refused[0]!.payload.details!["retry_after_seconds"]).toBeGreaterThanOrEqual(1)
})

test("a client that does not answer pings is cut off, and one that does stays", async () => {
  const { port, sockets } = await startLive({ limits: { pingMs: 100 } })
  const good = await openSocket(port)
  const raw = await openRaw(port)
  raw.write(handshake)
  await raw.received
  await expect.poll(() => sockets.stats().sockets).toBe(1)
  expect(good.ws.readyState).toBe(1)
})
