import path from "node:path"

import { expect, test, vi } from "vitest"

import type { RequestDetail } from "../../../../src/protocol/admin-api.ts"
import { tempFolder } from "../../../helpers/temp-folder.ts"
import { openRaw, send, sendJson, startHttp } from "../http-fixture.ts"
import type { Answer, Sent } from "../http-fixture.ts"

test("a request is kept with what was sent and answered, without its secrets", async () => {
  const { detailOf, port } = await startDev()

  const answer = await send(port, {
    method: "POST",
    path: "/api/collections/notes?api_key=k1",
    headers: { "content-type": "application/json", "X-Auth-Token": "t0", "x-request-id": "mine" },
    body: '{"title":"a", "password": "p4ss"}',
  })
  const detail = await detailOf(answer)

  expect(answer.status).toBe(400)
  expect(detail.entry).toMatchObject({
    kind: "request",
    method: "POST",
    url: "/api/collections/notes?api_key=[hidden]",
    status: 400,
    requestId: "mine",
    code: answer.body.error.code,
  })
  expect(detail.request).toMatchObject({ body: '{"title":"a", "password": "[hidden]"}', bodyBytes: 33 })
  expect(detail.request.headers).toContainEqual(["X-Auth-Token", "[hidden]"])
  expect(detail.response).toMatchObject({ body: answer.text, bodyBytes: answer.bytes.length })
  expect(detail.response.headers).toContainEqual(["x-request-id", "mine"])
  expect(detail.rule).toBe("notes has no create rule (admins pass every rule)")
  expect(JSON.stringify(detail)).not.toMatch(/p4ss|k1|t0/)
})

test("the rule that decides is named; requests that are not on documents have none", async () => {
  const schemaText = `collections: { notes: { fields: { title: { type: string } }, rules: { read: "auth.id != null" } } }`
  const { detailOf, port, configure } = await startDev(schemaText)
  configure({ insecureOpen: false })
  const ruleOf = async (answer: Promise<Answer>): Promise<string | null> => (await detailOf(await answer)).rule

  expect(await ruleOf(send(port, { path: "/api/collections/notes" }))).toBe("read: auth.id != null")
  expect(await ruleOf(sendJson(port, "POST", "/api/collections/notes", { title: "a" }))).toBe(
    "notes has no create rule, so nobody but admins passes",
  )
  expect(await ruleOf(send(port, { path: "/api/collections/notes/n-1" }))).toBe(
    "read: auth.id != null; whether a rule hides it says: alyx rules explain read notes/n-1 --as anonymous",
  )
  expect(await ruleOf(send(port, { path: "/api/collections/notes/$(id)" }))).toBe("read: auth.id != null")
  expect(await ruleOf(send(port, { path: "/api/collections/pots" }))).toBeNull()
  expect(await ruleOf(send(port, { path: "/health" }))).toBeNull()
  expect(await ruleOf(send(port, { path: "/nothing" }))).toBeNull()
})

test("who asked is told, and a key that was sent in a header of other servers", async () => {
  const { detailOf, port, configure } = await startDev()
  const callerOf = async (headers: Record<string, string>): Promise<string> =>
    (await detailOf(await send(port, { path: "/api/collections/notes", headers }))).caller

  expect(await callerOf({})).toContain("everybody is an admin")
  configure({ insecureOpen: false })
  expect(await callerOf({})).toBe("anonymous: there is no header Authorization")
  expect(await callerOf({ apikey: "k" })).toContain("apikey is not read; send Authorization: Bearer")
  const { body } = await sendJson(port, "POST", "/api/auth/register", {
    email: "ada@example.com",
    password: "correct horse",
  })
  const bearer = { authorization: `Bearer ${body.access_token}` }
  expect(await callerOf(bearer)).toBe(`ada@example.com (${body.user.id}), role user`)
})

test("a list is kept as text, and one that was compressed as it was before", async () => {
  const { detailOf, port } = await startDev()
  for (let count = 0; count < 8; count += 1) {
    await sendJson(port, "POST", "/api/collections/notes", { title: `note ${count}`, text: "long ".repeat(500) })
  }

  const plain = await send(port, { path: "/api/collections/notes?limit=1" })
  const packed = await send(port, {
    path: "/api/collections/notes",
    headers: { "accept-encoding": "gzip" },
  })

  expect((await detailOf(plain)).response.body).toBe(plain.text)
  expect(packed.headers["content-encoding"]).toBe("gzip")
  const { response } = await detailOf(packed)
  expect(response.bodyBytes).toBeGreaterThan(20_000)
  expect(response.body).toHaveLength(16 * 1024)
  expect(response.body).toMatch(/^\{"docs":\[/)
  expect(response.headers).toContainEqual(["content-encoding", "gzip"])
})

test("answers without a body have none", async () => {
  const { detailOf, port } = await startDev()
  const created = await sendJson(port, "POST", "/api/collections/notes", { title: "one" })
  const place = `/api/collections/notes/${created.body.id}`

  const head = await send(port, { method: "HEAD", path: place })
  const unchanged = await send(port, { path: place, headers: { "if-none-match": String(created.headers.etag) } })
  const gone = await send(port, { method: "DELETE", path: place })

  expect([head.status, unchanged.status, gone.status]).toEqual([200, 304, 204])
  for (const answer of [head, unchanged, gone]) {
    expect((await detailOf(answer)).response).toMatchObject({ body: null, bodyBytes: 0 })
  }
})

test("a body that is no JSON, and a path that is no path, are kept with what was answered", async () => {
  const { detailOf, port } = await startDev()

  const noJson = await send(port, {
    method: "POST",
    path: "/api/collections/notes",
    headers: { "content-type": "application/json" },
    body: '{"title": oh, "secret": "s3"',
  })
  const refused = await send(port, { method: "POST", path: "/api/collections/notes", body: "text" })
  const nowhere = await send(port, { path: "/nowhere" })

  expect(await detailOf(noJson)).toMatchObject({
    entry: { code: "INVALID_JSON" },
    request: { body: '{"title": oh, "secret": "[hidden]"' },
  })
  expect(await detailOf(refused)).toMatchObject({ entry: { status: 415 }, request: { body: null, bodyBytes: 0 } })
  expect(await detailOf(nowhere)).toMatchObject({ entry: { status: 404 }, response: { body: nowhere.text } })
})

test("secrets are hidden whatever the content type says, and those that the schema alone knows", async () => {
  const schemaText =
    "collections: { notes: { fields: { title: { type: text }, shoe_size: { type: text, internal: true, nullable: true } } } }"
  const { detailOf, port } = await startDev(schemaText)
  const post = (type: string, text: string) =>
    send(port, {
      method: "POST",
      path: "/api/collections/notes",
      headers: { "content-type": type, origin: "http://ada:pw99@elsewhere" },
      body: text,
    })

  const mixed = await detailOf(await post("Application/JSON", '{"title":"a","password":"hunter2"}'))
  const internal = await detailOf(await post("application/json", '{"title":"a","shoe_size":"44"}'))

  expect(mixed.request.body).toBe('{"title":"a","password":"[hidden]"}')
  expect(mixed.request.headers).toContainEqual(["origin", "http://[hidden]@elsewhere"])
  expect(internal.entry.status).toBe(201)
  expect(internal.request.body).toBe('{"title":"a","shoe_size":"[hidden]"}')
})

test("a name and password in the URL itself are not shown, however long they are", async () => {
  const { detailOf, port } = await startDev()

  const detail = await detailOf(await send(port, { path: `http://ada:${"p4".repeat(1_500)}@localhost/nowhere` }))

  expect(detail.entry.url).toBe("http://[hidden]@localhost/nowhere")
  expect(JSON.stringify(detail)).not.toContain("p4p4")
})

test("a client that left before the answer is kept with what it sent", async () => {
  const { activity, detailOf, port } = await startDev()
  const raw = await openRaw(port)

  raw.write("POST /api/collections/notes HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: left\r\n")
  raw.write("Content-Type: application/json\r\nContent-Length: 50\r\n\r\n{")
  await vi.waitFor(() => expect(raw.socket.bytesWritten).toBeGreaterThan(100))
  raw.socket.resetAndDestroy()

  await vi.waitFor(() => expect(activity.past({ tail: 1 })).toMatchObject([{ status: 499 }]))
  expect(await detailOf("left")).toMatchObject({ entry: { status: 499 }, response: { body: null } })
})

test("the last 200 are kept, of one id the newest", async () => {
  const { detailOf, find, port } = await startDev()
  for (let count = 1; count <= 201; count += 1) {
    await send(port, { path: `/nowhere/${count}`, headers: { "x-request-id": `r${count}` } })
  }
  const again = await send(port, { path: "/again", headers: { "x-request-id": "r150" } })

  expect(await find("r1")).toMatchObject({
    status: 404,
    body: {
      error: { code: "NOT_FOUND", message: expect.stringContaining("r1 is not kept"), next: expect.any(String) },
    },
  })
  expect((await find("r3")).status).toBe(200)
  expect((await detailOf(again)).entry.url).toBe("/again")
})

test("what the owner asks is not kept, and in start nothing is", async () => {
  const dev = await startDev()
  const asked = await send(dev.socketPath, { path: "/api/collections/notes" })
  const start = await startLocal("start")
  const served = await send(start.port, { path: "/api/collections/notes" })

  expect((await dev.find(String(asked.headers["x-request-id"]))).status).toBe(404)
  const answer = await start.find(String(served.headers["x-request-id"]))
  expect(answer).toMatchObject({ status: 404, body: { error: { message: expect.stringContaining("alyx dev") } } })
  expect(start.parts.traces).toBeNull()
})

const startDev = (schemaText?: string) => startLocal("dev", schemaText)

async function startLocal(mode: "dev" | "start", schemaText?: string) {
  const http = await startHttp({
    mode,
    server: { compression: true, urlLimitBytes: 8_000 },
    ...(schemaText === undefined ? {} : { schemaText }),
  })
  const socketPath = path.join(await tempFolder(), "admin.sock")
  await http.app.listenLocal(socketPath)
  const find = (id: string, sent: Sent = {}): Promise<Answer> =>
    send(socketPath, { path: `/api/admin/requests/${encodeURIComponent(id)}`, ...sent })
  return {
    ...http,
    socketPath,
    find,
    /** An answer may be read by its client a moment before its end is seen here. */
    detailOf: async (answer: Answer | string): Promise<RequestDetail> => {
      const id = typeof answer === "string" ? answer : String(answer.headers["x-request-id"])
      return vi.waitFor(async () => {
        const found = await find(id)
        expect(found.status).toBe(200)
        return found.body as RequestDetail
      })
    },
  }
}
