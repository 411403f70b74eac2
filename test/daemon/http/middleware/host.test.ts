import { expect, test } from "vitest"

import { openRaw, send, startHttp } from "../http-fixture.ts"

const allowed = ["db.example.com", "Other.Example.com"]

test.each([
  ["localhost", 200],
  ["LOCALHOST:1234", 200],
  ["app.localhost:8090", 200],
  ["127.0.0.1:8090", 200],
  ["127.9.9.9", 200],
  ["[::1]:8090", 200],
  ["localhost.", 200],
  ["db.example.com", 200],
  ["DB.example.com:443", 200],
  ["other.example.com", 200],
  ["evil.example", 421],
  ["sub.db.example.com", 421],
  ["db.example.com.evil.example", 421],
  ["localhost.evil.example", 421],
  ["127.0.0.1.evil.example", 421],
  ["10.0.0.1", 421],
  ["0.0.0.0", 421],
  ["[::2]", 421],
  ["a b", 400],
  ["[::1", 400],
  ["user@localhost", 400],
  ["localhost:port", 400],
  ["localhost:", 400],
  ["http://localhost", 400],
])("a request for the host %j is answered %d", async (host, status) => {
  const { port } = await startHttp({ server: { hosts: allowed } })

  const answer = await send(port, { path: "/health/live", headers: { host } })

  expect(answer.status).toBe(status)
  if (status === 421)
    expect(answer.body.error).toMatchObject({ code: "WRONG_HOST", next: expect.stringMatching("server.hosts") })
})

test("a page that had its name pointed here (DNS rebinding) reads and writes nothing", async () => {
  const { port } = await startHttp({ mode: "dev" })
  const headers = { host: "rebound.evil.example:8090", origin: "http://rebound.evil.example:8090" }

  const read = await send(port, { path: "/api/collections/notes", headers })
  const written = await send(port, {
    method: "POST",
    path: "/api/collections/notes",
    headers: { ...headers, "content-type": "application/json" },
    body: '{"title":"stolen"}',
  })

  expect([read.status, written.status]).toEqual([421, 421])
  expect(read.headers["access-control-allow-origin"]).toBeUndefined()
  expect((await send(port, { path: "/api/collections/notes" })).body.total).toBe(0)
})

test.each([
  ["no Host", "GET /health HTTP/1.1\r\n\r\n"],
  ["two of them", "GET /health HTTP/1.1\r\nHost: localhost\r\nhost: evil.example\r\n\r\n"],
])("%s is a bad request", async (_name, head) => {
  const { port } = await startHttp()
  const raw = await openRaw(port)

  raw.write(head)
  const answer = await raw.until(/\}$/)

  expect(answer).toMatch(/^HTTP\/1\.1 400 /)
  expect(answer).toContain('"code":"BAD_REQUEST"')
})

test.each([
  ["http://evil.com/health/live", 421],
  ["HTTP://evil.com:80", 421],
  ["https://user@localhost/health/live", 400],
  ["http:///health/live", 400],
  ["http://localhost:1234/health/live", 200],
  ["http://db.example.com/health/live", 200],
])("the host of the URL %j counts before the Host header: %d", async (target, status) => {
  const { port } = await startHttp({ server: { hosts: allowed } })
  const raw = await openRaw(port)

  raw.write(`GET ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`)

  expect(await raw.until(/\}$/)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
})

test("a Host header that is not this server's does no harm behind a URL that is", async () => {
  const { port } = await startHttp()
  const raw = await openRaw(port)

  raw.write("GET http://localhost/health/live HTTP/1.1\r\nHost: evil.com\r\n\r\n")

  expect(await raw.until(/\}$/)).toMatch(/^HTTP\/1\.1 200 /)
})

test("HTTP/1.0 has no Host, and needs none", async () => {
  const { port } = await startHttp()
  const raw = await openRaw(port)

  raw.write("GET /health/live HTTP/1.0\r\n\r\n")

  expect(await raw.received).toMatch(/^HTTP\/1\.1 200 /)
})

test("a change of server.hosts is felt at once", async () => {
  const { port, configure } = await startHttp({ server: { hosts: ["old.example"] } })
  const statusFor = async (host: string) => (await send(port, { path: "/health/live", headers: { host } })).status

  const before = [await statusFor("old.example"), await statusFor("new.example")]
  configure({ hosts: ["new.example"] })
  const after = [await statusFor("old.example"), await statusFor("new.example")]

  expect([before, after]).toEqual([
    [200, 421],
    [421, 200],
  ])
})
