import { expect, test } from "vitest"

import { openRaw, send, startHttp } from "./http-fixture.ts"

const json = { "content-type": "application/json" }
const nested = (depth: number) => `{"title":"deep","data":${"[".repeat(depth)}${"]".repeat(depth)}}`

test.each([
  ["JSON", json, '{"title":"a"}', 201, null],
  ["JSON that says it is UTF-8", { "content-type": 'Application/JSON; charset="UTF-8"' }, '{"title":"é"}', 201, null],
  ["JSON in JSON", json, nested(20), 201, null],
  ["no content type", {}, '{"title":"a"}', 415, "UNSUPPORTED_MEDIA_TYPE"],
  ["a form", { "content-type": "application/x-www-form-urlencoded" }, "title=a", 415, "UNSUPPORTED_MEDIA_TYPE"],
  [
    "plain text, which pages may send unasked",
    { "content-type": "text/plain" },
    '{"title":"a"}',
    415,
    "UNSUPPORTED_MEDIA_TYPE",
  ],
  ["a content type that is none", { "content-type": "json" }, '{"title":"a"}', 415, "UNSUPPORTED_MEDIA_TYPE"],
  [
    "another charset",
    { "content-type": "application/json; charset=latin1" },
    '{"title":"a"}',
    415,
    "UNSUPPORTED_MEDIA_TYPE",
  ],
  ["a compressed body", { ...json, "content-encoding": "gzip" }, "x", 415, "UNSUPPORTED_MEDIA_TYPE"],
  ["half of JSON", json, '{"title":', 400, "INVALID_JSON"],
  ["nothing, declared as JSON", json, "", 400, "INVALID_JSON"],
  ["nothing at all", {}, "", 400, "INVALID_JSON"],
  ["bytes that are no UTF-8", json, Buffer.from([0x22, 0xff, 0x22]), 400, "INVALID_JSON"],
  ["a prototype", json, '{"title":"a","__proto__":{"x":1}}', 400, "INVALID_JSON"],
  ["a disguised prototype", json, '{"title":"a","data":{"\\u005f_proto__":{"x":1}}}', 400, "INVALID_JSON"],
  ["JSON that is too deep", json, nested(100), 400, "INVALID_JSON"],
  ["JSON deep enough to overflow a stack", json, "[".repeat(9_000), 400, "INVALID_JSON"],
  ["a body over the limit", json, `{"title":"${"a".repeat(10_000)}"}`, 413, "BODY_TOO_LARGE"],
])("%s", async (_name, headers, body, status, code) => {
  const { port } = await startHttp()

  const answer = await send(port, { method: "POST", path: "/api/collections/notes", headers, body })

  expect({ status: answer.status, code: answer.body.error?.code ?? null }).toEqual({ status, code })
})

test("a fault in JSON is told with its place", async () => {
  const { port } = await startHttp()
  const body = '{\n  "title": "a",\n  "text": nul\n}'

  const answer = await send(port, { method: "POST", path: "/api/collections/notes", headers: json, body })

  expect(answer.body.error).toMatchObject({
    code: "INVALID_JSON",
    message: 'The body is not valid JSON: at line 3, column 11, there is "n" where a value was expected.',
    details: { offset: 28, line: 3, column: 11 },
  })
})

test("a client that sends far too much before it reads still gets the answer", async () => {
  const { port } = await startHttp()

  const answer = await send(port, {
    method: "POST",
    path: "/api/collections/notes",
    headers: json,
    body: Buffer.alloc(8_000_000, " "),
  })

  expect(answer.body.error.code).toBe("BODY_TOO_LARGE")
})

test("a body that claims to be huge is refused before it comes", async () => {
  const { port } = await startHttp()
  const raw = await openRaw(port)

  raw.write(
    "POST /api/collections/notes HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 99999999999\r\n\r\n{",
  )

  expect(await raw.until(/\}$/)).toMatch(/^HTTP\/1\.1 413 [^]*"code":"BODY_TOO_LARGE"/)
})

test("the limit is the one configured now", async () => {
  const { port, configure } = await startHttp()
  const body = JSON.stringify({ title: "a", text: "b".repeat(12_000) })
  const post = () => send(port, { method: "POST", path: "/api/collections/notes", headers: json, body })

  const before = await post()
  configure({ bodyLimitBytes: 20_000 })
  const after = await post()

  expect([before.status, after.status]).toEqual([413, 201])
})

test("a client that leaves in the middle of its body leaves nothing behind", async () => {
  const { port, app, logLines } = await startHttp()
  const raw = await openRaw(port)

  raw.write(
    "POST /api/collections/notes HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{",
  )
  await send(port)
  raw.socket.destroy()
  await app.close({ drainTimeoutMs: 10_000 })

  expect(app.requestCounts()).toEqual({ total: 2, failed: 0, inFlight: 0 })
  expect(logLines).toEqual([])
})

test("DELETE needs no body and minds none", async () => {
  const { port } = await startHttp()
  const made = await send(port, {
    method: "POST",
    path: "/api/collections/notes",
    headers: json,
    body: '{"title":"a"}',
  })

  const answer = await send(port, { method: "DELETE", path: made.headers.location!, headers: json })

  expect(answer.status).toBe(204)
  expect(answer.text).toBe("")
  expect(answer.headers["content-type"]).toBeUndefined()
})

test.each([
  ["chunked", 201],
  ["Chunked", 201],
  ["gzip, chunked", 400],
  ["identity, chunked", 400],
])("a body with the transfer coding %j is answered %d", async (coding, status) => {
  const { port } = await startHttp()
  const raw = await openRaw(port)

  raw.write(
    "POST /api/collections/notes HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n" +
      `transfer-encoding: ${coding}\r\n\r\nd\r\n{"title":"a"}\r\n0\r\n\r\n`,
  )

  expect(await raw.until(/\}$/)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
})
