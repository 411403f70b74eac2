import { gunzipSync } from "node:zlib"

import { describe, expect, test } from "vitest"

import { send, sendJson, startHttp } from "../http-fixture.ts"

const notes = "/api/collections/notes"

describe("documents over HTTP", () => {
  test("a created one has its place, its tag and its body, and can be read there", async () => {
    const { port } = await startHttp()

    const created = await sendJson(port, "POST", notes, { title: "One" })
    const read = await send(port, { path: created.headers.location! })

    expect(created.status).toBe(201)
    expect(created.headers).toMatchObject({
      location: `${notes}/${created.body.id}`,
      etag: expect.stringMatching(/^"[^"]+"$/),
      "content-type": "application/json; charset=utf-8",
    })
    expect(read).toMatchObject({ status: 200, headers: { etag: created.headers.etag } })
    expect(read.body).toEqual(created.body)
  })

  test("a list is counted and paged", async () => {
    const { port } = await startHttp()
    for (const title of ["a", "b", "c"]) await sendJson(port, "POST", notes, { title })

    const page = await send(port, { path: `${notes}?sort=-title&limit=2&filter=title:ne:x` })

    expect(page.body).toMatchObject({ docs: [{ title: "c" }, { title: "b" }], total: 3, limit: 2, offset: 0 })
  })

  test("parameters repeat, and plus is a space", async () => {
    const { port } = await startHttp()
    for (const title of ["a b", "a c", "b b"]) await sendJson(port, "POST", notes, { title })

    const found = await send(port, { path: `${notes}?filter=title:like:a%25&filter=title:ne:a+c` })

    expect(found.body.docs).toMatchObject([{ title: "a b" }])
  })

  test("a client that has the document is told so", async () => {
    const { port } = await startHttp()
    const { headers } = await sendJson(port, "POST", notes, { title: "One" })
    const get = (tag: string) => send(port, { path: headers.location!, headers: { "if-none-match": tag } })

    const same = await get(headers.etag!)

    expect(same).toMatchObject({ status: 304, text: "", headers: { etag: headers.etag } })
    expect((await get(`"other", ${headers.etag}`)).status).toBe(304)
    expect((await get('"other"')).status).toBe(200)
  })

  test("a change that was made without looking is refused", async () => {
    const { port } = await startHttp()
    const { headers } = await sendJson(port, "POST", notes, { title: "One" })
    const json = { "content-type": "application/json" }
    const change = (title: string, tag: string) =>
      send(port, {
        method: "PATCH",
        path: headers.location!,
        headers: { ...json, "if-match": tag },
        body: JSON.stringify({ title }),
      })

    const first = await change("Two", headers.etag!)
    const second = await change("Three", headers.etag!)
    const removal = await send(port, {
      method: "DELETE",
      path: headers.location!,
      headers: { "if-match": headers.etag! },
    })

    expect(first).toMatchObject({ status: 200, body: { title: "Two" } })
    expect(first.headers.etag).not.toBe(headers.etag)
    expect(second).toMatchObject({ status: 412, body: { error: { code: "PRECONDITION_FAILED" } } })
    expect(second.headers.etag).toBeUndefined()
    expect(removal.status).toBe(412)
  })

  test("a removed one is gone", async () => {
    const { port } = await startHttp()
    const { headers } = await sendJson(port, "POST", notes, { title: "One" })

    const removed = await send(port, { method: "DELETE", path: headers.location! })

    expect(removed).toMatchObject({ status: 204, text: "" })
    expect(await send(port, { path: headers.location! })).toMatchObject({
      status: 404,
      body: { error: { code: "DOCUMENT_NOT_FOUND" } },
    })
  })

  test("a batch answers with a result for each operation", async () => {
    const { port } = await startHttp()

    const answer = await sendJson(port, "POST", "/api/batch", {
      operations: [
        { op: "create", collection: "notes", data: { title: "a" } },
        { op: "create", collection: "notes", data: { title: "b" } },
      ],
    })

    expect(answer.status).toBe(200)
    expect(answer.body.results).toHaveLength(2)
  })

  test("HEAD has the headers of GET", async () => {
    const { port } = await startHttp()
    const { headers } = await sendJson(port, "POST", notes, { title: "One" })

    const [get, head] = [
      await send(port, { path: headers.location! }),
      await send(port, { method: "HEAD", path: headers.location! }),
    ]

    expect(head).toMatchObject({ status: 200, text: "" })
    for (const name of ["etag", "content-length", "content-type"]) expect(head.headers[name]).toBe(get.headers[name])
  })
})

describe("compression", () => {
  const gzip = { "accept-encoding": "gzip, br" }

  test("a long answer is compressed for who understands that, and says what it depends on", async () => {
    const { port } = await startHttp()
    await sendJson(port, "POST", notes, { title: "Long", text: "word ".repeat(1_500) })

    const [plain, packed] = [await send(port, { path: notes }), await send(port, { path: notes, headers: gzip })]

    expect(plain.headers).toMatchObject({ vary: "Accept-Encoding" })
    expect(plain.headers["content-encoding"]).toBeUndefined()
    expect(packed.headers).toMatchObject({ vary: "Accept-Encoding", "content-encoding": "gzip" })
    expect(packed.bytes.length).toBeLessThan(plain.bytes.length / 10)
    expect(gunzipSync(packed.bytes).equals(plain.bytes)).toBe(true)
  })

  test("a short answer is not, and depends on nothing", async () => {
    const { port } = await startHttp()

    const answer = await send(port, { path: notes, headers: gzip })

    expect(answer.headers["content-encoding"]).toBeUndefined()
    expect(answer.headers.vary).toBeUndefined()
  })

  test("the compressed form of a document has a tag of its own, which works as well", async () => {
    const { port } = await startHttp()
    const { headers } = await sendJson(port, "POST", notes, { title: "Long", text: "word ".repeat(1_500) })
    const path = headers.location!

    const packed = await send(port, { path, headers: gzip })
    const tag = packed.headers.etag!
    const again = await send(port, { path, headers: { ...gzip, "if-none-match": tag } })
    const changed = await send(port, {
      method: "PATCH",
      path,
      headers: { "content-type": "application/json", "if-match": tag },
      body: '{"text":"short"}',
    })

    expect(tag).toBe(headers.etag!.replace(/"$/, '-gzip"'))
    expect(again).toMatchObject({ status: 304, headers: { etag: tag } })
    expect(changed.status).toBe(200)
  })

  test("it can be turned off", async () => {
    const { port } = await startHttp({ server: { compression: false } })
    await sendJson(port, "POST", notes, { title: "Long", text: "word ".repeat(1_500) })

    const answer = await send(port, { path: notes, headers: gzip })

    expect(answer.headers["content-encoding"]).toBeUndefined()
  })
})
