import { expect, test, vi } from "vitest"

import { openRaw, send, startHttp } from "./http-fixture.ts"

test.each([
  ["words that are no HTTP", "hello there\r\n\r\n", 400, "BAD_REQUEST"],
  ["a TLS hello", "\u0016\u0003\u0001\u0002\u0000\u0001\r\n\r\n", 400, "BAD_REQUEST"],
  ["the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "BAD_REQUEST"],
  ["CONNECT", "CONNECT evil.example:443 HTTP/1.1\r\nhost: localhost\r\n\r\n", 400, "BAD_REQUEST"],
  [
    "two ways to say the length",
    "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\nabc",
    400,
    "BAD_REQUEST",
  ],
  ["a length that is no number", "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: x\r\n\r\n", 400, "BAD_REQUEST"],
  ["a header without a name", "GET / HTTP/1.1\r\nhost: localhost\r\n: x\r\n\r\n", 400, "BAD_REQUEST"],
  [
    "headers that are too large",
    `GET / HTTP/1.1\r\nhost: localhost\r\nx: ${"a".repeat(30_000)}\r\n\r\n`,
    431,
    "HEADERS_TOO_LARGE",
  ],
  ["too many headers", `GET / HTTP/1.1\r\nhost: localhost\r\n${"x: 1\r\n".repeat(300)}\r\n`, 431, "HEADERS_TOO_LARGE"],
  [
    "a URL longer than is ever read",
    `GET /${"a".repeat(30_000)} HTTP/1.1\r\nhost: localhost\r\n\r\n`,
    431,
    "HEADERS_TOO_LARGE",
  ],
])("%s is answered in the documented form", async (_name, bytes, status, code) => {
  const { port } = await startHttp()
  const raw = await openRaw(port)

  raw.write(bytes)
  const answer = await raw.received

  expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
  const body = JSON.parse(answer.slice(answer.indexOf("\r\n\r\n") + 4))
  expect(body).toMatchObject({ error: { code, message: expect.any(String) }, timestamp: expect.any(String) })
  expect(answer).toContain(`x-request-id: ${body.request_id}\r\n`)
  expect((await send(port)).status).toBe(200)
})

test("a client that never finishes its head is told so and let go", async () => {
  const { port } = await startHttp({ server: { requestTimeoutMs: 1_000 } })
  const raw = await openRaw(port)

  raw.write("GET / HTTP/1.1\r\nhost: loc")
  const answer = await raw.received

  expect(answer).toMatch(/^HTTP\/1\.1 408 [^]*"code":"REQUEST_TIMEOUT"/)
})

test("so is one that never finishes its body", async () => {
  const { port, app } = await startHttp({ server: { requestTimeoutMs: 1_000 } })
  const raw = await openRaw(port)

  raw.write(
    "POST /api/batch HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{",
  )
  const answer = await raw.received

  expect(answer).toMatch(/^HTTP\/1\.1 408 [^]*"code":"REQUEST_TIMEOUT"/)
  await vi.waitFor(() => expect(app.requestCounts().inFlight).toBe(0))
})

test("a fault behind a whole request does not take that request's answer", async () => {
  const { port } = await startHttp()
  const raw = await openRaw(port)
  const body = '{"title":"first"}'

  raw.write(
    `POST /api/collections/notes HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}no HTTP at all\r\n\r\n`,
  )
  const answer = await raw.received

  expect(answer).toMatch(/^HTTP\/1\.1 201 [^]*connection: close\r\n/i)
  expect(answer.match(/^HTTP\/1\.1 /gm)).toHaveLength(1)
})

test("a fault behind a short request lets its answer through, then the connection ends", async () => {
  const { port } = await startHttp()
  const raw = await openRaw(port)

  raw.write("GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\nno HTTP at all\r\n\r\n")
  const answer = await raw.received

  expect(answer).toMatch(/^HTTP\/1\.1 200 [^]*\{"status":"ok"\}/)
})

test("an expectation that nobody knows changes nothing", async () => {
  const { port } = await startHttp()

  const answer = await send(port, { path: "/health/live", headers: { expect: "miracles" } })

  expect(answer.status).toBe(200)
})

test("connections over the limit are refused, and welcome again later", async () => {
  const { port } = await startHttp({ server: { maxConnections: 1 } })
  const first = await openRaw(port)
  first.write("GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n")
  await first.until(/ok/)

  await expect(send(port)).rejects.toThrow()
  first.socket.end()
  await first.received

  expect((await send(port)).status).toBe(200)
})
