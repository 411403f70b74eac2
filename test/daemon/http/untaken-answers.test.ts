import { once } from "node:events"
import type { AddressInfo } from "node:net"
import { connect } from "node:net"

import fastify from "fastify"
import { expect, onTestFinished, test, vi } from "vitest"

import { Compression } from "../../../src/daemon/http/compression.ts"
import { UntakenAnswers } from "../../../src/daemon/http/untaken-answers.ts"
import { isAlyxError } from "../../../src/errors.ts"
import { send } from "./http-fixture.ts"

/** More than the system takes of an answer that nobody reads. */
const answer = "x".repeat(16_000_000)

test("large answers that nobody takes have a limit together; small ones and those of writes are given", async () => {
  const { port, untaken } = await startEdge({ heldBytesMax: 20_000_000 })
  const reader = await unread(port, "GET /large")
  await vi.waitFor(() => expect(untaken.hasRoomFor(5_000_000)).toBe(false))

  const refused = await send(port, { path: "/large" })
  const small = await send(port, { path: "/small" })
  const written = await send(port, { path: "/large", method: "POST" })

  expect([refused.status, refused.headers["retry-after"], refused.body.code]).toEqual([503, "1", "OVERLOADED"])
  expect(small.status).toBe(200)
  expect([written.status, written.bytes.length]).toEqual([200, answer.length])
  reader.destroy()
  await vi.waitFor(() => expect(untaken.hasRoomFor(20_000_000)).toBe(true))
  expect((await send(port, { path: "/large" })).status).toBe(200)
})

test("a lone answer is given even when it is larger than the room", async () => {
  const { port, untaken } = await startEdge({ heldBytesMax: 1 })

  const first = await send(port, { path: "/large" })
  await vi.waitFor(() => expect(untaken.isFull).toBe(false))
  const second = await send(port, { path: "/large" })

  expect([first.status, second.status]).toEqual([200, 200])
})

test("a compressed answer takes the room of its compressed form", async () => {
  const { port, untaken } = await startEdge({ heldBytesMax: 20_000_000 })
  await unread(port, "GET /large")
  await vi.waitFor(() => expect(untaken.hasRoomFor(5_000_000)).toBe(false))

  const { status, headers } = await send(port, { path: "/large", headers: { "accept-encoding": "gzip" } })

  expect([status, headers["content-encoding"]]).toEqual([200, "gzip"])
})

test("an answer whose client has left is not counted", async () => {
  const untaken = new UntakenAnswers({ heldBytesMax: 1 })
  const left = Promise.withResolvers<void>()
  const app = fastify()
  app.get("/", (_request, reply) => {
    reply.raw.once("close", () =>
      setImmediate(() => {
        untaken.hold(reply.raw, 100)
        left.resolve()
      }),
    )
  })
  await app.listen({ port: 0, host: "127.0.0.1" })
  onTestFinished(() => app.close())
  const client = await unread((app.server.address() as AddressInfo).port, "GET /")
  await once(app.server, "request")

  client.destroy()
  await left.promise

  expect(untaken.isFull).toBe(false)
})

async function startEdge(options: { readonly heldBytesMax: number }) {
  const untaken = new UntakenAnswers(options)
  const compression = new Compression({ isEnabled: () => true, untaken })
  const app = fastify()
  app.route({
    method: ["GET", "POST"],
    url: "/large",
    handler: (request, reply) => compression.send(request, reply, answer),
  })
  app.get("/small", (request, reply) => compression.send(request, reply, "small"))
  app.setErrorHandler((error, _request, reply) => {
    if (!isAlyxError(error)) throw error
    return reply.code(error.status).header("retry-after", error.retryAfterSeconds).send({ code: error.code })
  })
  await app.listen({ port: 0, host: "127.0.0.1" })
  onTestFinished(() => app.close())
  return { port: (app.server.address() as AddressInfo).port, untaken }
}

/** Asks, and reads nothing of what comes back. */
async function unread(port: number, line: string) {
  const client = connect(port, "127.0.0.1").pause()
  client.on("error", () => undefined)
  onTestFinished(() => void client.destroy())
  await once(client, "connect")
  client.write(`${line} HTTP/1.1\r\nhost: localhost\r\n\r\n`)
  return client
}
