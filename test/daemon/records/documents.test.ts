import { afterAll, beforeAll, describe, expect, test } from "vitest"

import { sqlQuery } from "../../../src/daemon/storage/database.ts"
import { countedKeyMax } from "../../../src/schema/limits.ts"
import { blogYaml, openRecords, refusal } from "./open-records.ts"
import type { Doc, TestRecords } from "./open-records.ts"

let records: TestRecords
let ada: Doc

beforeAll(async () => {
  records = await openRecords(blogYaml)
  ada = await records.create("users", { email: "ada@example.test", name: "Ada" })
})

afterAll(() => records.database.remove())

let count = 0
function post(fields: Doc = {}): Doc {
  count += 1
  return { title: "A title", slug: `slug-${count}`, author_id: ada["id"], ...fields }
}

/** Sets what SQLite counts on from, as a row of another program does; returns what it was. */
async function setLastComment(last: number): Promise<number> {
  const name = "comments"
  return records.database.database.write((transaction) => {
    const before = transaction.get(sqlQuery<{ seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = ?", [name]))
    transaction.run(sqlQuery("UPDATE sqlite_sequence SET seq = ? WHERE name = ?", [last, name]))
    return before!.seq
  })
}

const missingId = "0190a6ec-7b4e-7c1f-8e2a-5d3f6b7a8c9d"

describe("create", () => {
  test("answers the whole document with defaults, as get does afterwards", async () => {
    records.nowMs = Date.UTC(2026, 1, 3, 4, 5, 6, 7)

    const created = await records.create("posts", post({ tags: ["a", { b: null }], rating: 0.1 }))

    expect(created).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      title: "A title",
      slug: `slug-${count}`,
      content: null,
      author_id: ada["id"],
      published: false,
      published_at: null,
      tags: ["a", { b: null }],
      rating: 0.1,
      view_count: 0,
      cover: null,
      created_at: "2026-02-03T04:05:06.007Z",
      updated_at: "2026-02-03T04:05:06.007Z",
    })
    expect(await records.get("posts", created["id"] as string)).toEqual(created)
  })

  test("makes ids that ascend in the order of creation", async () => {
    const made: string[] = []
    for (let index = 0; index < 20; index += 1) made.push((await records.create("posts", post()))["id"] as string)

    expect(made).toEqual(made.toSorted())
  })

  test("takes a primary key that the body gives", async () => {
    const created = await records.create("posts", post({ id: missingId.toUpperCase().replace("0190", "0191") }))

    expect(created["id"]).toBe(missingId.replace("0190", "0191"))
  })

  test("counts int keys up, and takes a given one", async () => {
    const { id } = await records.create("posts", post())
    const comment = { post_id: id, author_id: ada["id"], content: "Hello" }

    const first = await records.create("comments", comment)
    const given = await records.create("comments", { ...comment, id: 1_000 })
    const next = await records.create("comments", comment)

    expect([first["id"], given["id"], next["id"]]).toEqual([1, 1_000, 1_001])
    expect((await records.get("comments", "1000"))["content"]).toBe("Hello")
  })

  test("takes no number as a key that would end the counting", async () => {
    const { id } = await records.create("posts", post())
    const comment = { post_id: id, author_id: ada["id"], content: "Hello" }

    const last = await setLastComment(0)

    const error = await refusal(() => records.create("comments", { ...comment, id: Number.MAX_SAFE_INTEGER }))

    expect(error).toMatchObject({ code: "VALIDATION_ERROR", details: { fields: { id: [{ code: "TOO_LARGE" }] } } })
    await records.create("comments", { ...comment, id: countedKeyMax })
    expect((await records.create("comments", comment))["id"]).toBe(countedKeyMax + 1)
    for (const key of [countedKeyMax, countedKeyMax + 1]) await records.delete("comments", String(key))
    await setLastComment(last)
  })

  test("says when the numbers are used up, and still takes one that is free", async () => {
    const { id } = await records.create("posts", post())
    const comment = { post_id: id, author_id: ada["id"], content: "Hello" }
    const last = await setLastComment(Number.MAX_SAFE_INTEGER)

    const error = await refusal(() => records.create("comments", comment))

    expect(error).toMatchObject({ code: "CONFLICT", details: { collection: "comments", fields: ["id"] } })
    expect((await records.create("comments", { ...comment, id: 77 }))["id"]).toBe(77)
    await setLastComment(last)
  })

  test("keeps internal fields and never shows them", async () => {
    const created = await records.create("users", { email: "secret@example.test", password_hash: "x" })

    expect(created).not.toHaveProperty("password_hash")
    expect(
      records.database.database.read((reader) => reader.get({ sql: storedHashSql, parameters: [created["id"]] })),
    ).toEqual({ password_hash: "x" })
  })

  test("reports every problem of a body at once, by field", async () => {
    const error = await refusal(() =>
      records.create("posts", { title: "", view_count: 1.5, titel: "x", author_id: "7", __proto__x: 1 }),
    )

    expect(error.code).toBe("VALIDATION_ERROR")
    expect(Object.keys(error.details?.["fields"] as object).toSorted()).toEqual([
      "__proto__x",
      "author_id",
      "slug",
      "titel",
      "title",
      "view_count",
    ])
  })

  test("reports a field called __proto__ like any other unknown one", async () => {
    const error = await refusal(() => records.create("users", JSON.parse(`{"email":"a@b.test","__proto__":{"x":1}}`)))

    expect(Object.hasOwn(error.details?.["fields"] as object, "__proto__")).toBe(true)
  })

  test("refuses bodies that are no object", async () => {
    for (const body of [null, [], "text", 5, true]) {
      expect((await refusal(() => records.create("posts", body))).code).toBe("VALIDATION_ERROR")
    }
  })

  test("names the field of a unique conflict", async () => {
    await records.create("posts", post({ slug: "taken" }))

    const error = await refusal(() => records.create("posts", post({ slug: "taken" })))

    expect(error).toMatchObject({ code: "UNIQUE_CONFLICT", details: { collection: "posts", fields: ["slug"] } })
  })

  test("names the field of a broken reference", async () => {
    const error = await refusal(() => records.create("posts", post({ author_id: missingId })))

    expect(error).toMatchObject({
      code: "REFERENCE_CONFLICT",
      message: "author_id points to no document of users.",
      details: { collection: "posts", fields: ["author_id"] },
    })
  })

  test("answers with expand and fields when asked", async () => {
    const created = await records.create("posts", post({ title: "Shown" }), "fields=title&expand=author")

    expect(created).toEqual({ title: "Shown", author: expect.objectContaining({ name: "Ada" }) })
  })
})

const storedHashSql = "SELECT password_hash FROM users WHERE id = ?"

describe("get", () => {
  test("an id that no document has, or can have, is not found", async () => {
    for (const [collection, id] of [
      ["posts", missingId],
      ["posts", "no-uuid"],
      ["posts", "' OR 1=1 --"],
      ["comments", "1e3"],
      ["comments", "99999999999999999999"],
      ["comments", "1; DROP TABLE posts"],
    ] as const) {
      expect((await refusal(() => records.get(collection, id))).code).toBe("DOCUMENT_NOT_FOUND")
    }
  })

  test("an unknown collection is not found, and the nearest name is offered", async () => {
    const error = await refusal(() => records.get("post", missingId))

    expect(error).toMatchObject({ code: "COLLECTION_NOT_FOUND", next: `Did you mean "posts"?` })
    for (const name of ["__proto__", "constructor", "_alyx_meta", "sqlite_schema", "toString"]) {
      expect((await refusal(() => records.get(name, "1"))).code).toBe("COLLECTION_NOT_FOUND")
    }
  })

  test("finds a UUID however its letters are written", async () => {
    const { id } = await records.create("posts", post())

    expect((await records.get("posts", String(id).toUpperCase()))["id"]).toBe(id)
  })

  test("the entity tag follows what is shown, and If-None-Match spares the body", async () => {
    const { id } = (await records.create("posts", post())) as { id: string }
    const tag = await records.etag("posts", id)

    expect(tag).toMatch(/^"[\w-]{22}"$/)
    expect(await records.etag("posts", id)).toBe(tag)
    expect(await records.etag("posts", id, "fields=title")).not.toBe(tag)
    expect(await records.answer("posts", id, "", tag)).toBe("not-modified")
    expect(await records.answer("posts", id, "", `"other", W/${tag}`)).toBe("not-modified")
    expect(await records.answer("posts", id, "", "*")).toBe("not-modified")
    expect(await records.answer("posts", id, "", `"other"`)).not.toBe("not-modified")
  })

  test("an expanded document that changes changes the tag", async () => {
    const author = (await records.create("users", { email: "tag@example.test" })) as { id: string }
    const { id } = (await records.create("posts", post({ author_id: author.id }))) as { id: string }
    const [plain, expanded] = [await records.etag("posts", id), await records.etag("posts", id, "expand=author")]

    await records.update("users", author.id, { name: "Renamed" })

    expect(await records.etag("posts", id)).toBe(plain)
    expect(await records.etag("posts", id, "expand=author")).not.toBe(expanded)
  })

  test("unknown parameters, fields and relations are refused together", async () => {
    const { id } = (await records.create("posts", post())) as { id: string }

    const error = await refusal(() => records.get("posts", id, "feilds=title&fields=titel,password_hash&expand=auther"))

    expect(error.code).toBe("INVALID_QUERY")
    expect(error.problems.map(({ code, next }) => [code, next])).toEqual([
      ["UNKNOWN_PARAMETER", `Did you mean "fields"?`],
      ["UNKNOWN_FIELD", `Did you mean "title"?`],
      ["UNKNOWN_FIELD", expect.any(String)],
      ["UNKNOWN_RELATION", `Did you mean "author"?`],
    ])
  })
})

describe("update", () => {
  test("changes what the body names and moves onUpdate fields", async () => {
    records.nowMs = Date.UTC(2026, 2, 1)
    const before = (await records.create("posts", post({ content: "Text", tags: [1] }))) as { id: string }
    records.nowMs = Date.UTC(2026, 2, 2)

    const after = await records.update("posts", before.id, { title: "New", content: null, tags: { a: 1 } })

    const changed = { title: "New", content: null, tags: { a: 1 }, updated_at: "2026-03-02T00:00:00.000Z" }
    expect(after).toEqual({ ...before, ...changed })
    expect(await records.get("posts", before.id)).toEqual(after)
  })

  test("an empty body changes nothing", async () => {
    const before = (await records.create("posts", post())) as { id: string }
    records.nowMs += 1_000

    expect(await records.update("posts", before.id, {})).toEqual(before)
  })

  test("takes back a whole document as it was read, but no other key", async () => {
    const before = (await records.create("posts", post())) as { id: string }

    expect(await records.update("posts", before.id, { ...before, title: "Whole" })).toMatchObject({ title: "Whole" })
    const error = await refusal(() => records.update("posts", before.id, { id: missingId }))
    expect(error.details?.["fields"]).toHaveProperty("id")
  })

  test("takes back its key in any spelling, in the body and in the path", async () => {
    const { id } = (await records.create("posts", post())) as { id: string }
    const comment = await records.create("comments", { post_id: id, author_id: ada["id"], content: "Hello" })
    const number = comment["id"] as number

    expect(await records.update("posts", id, { id: id.toUpperCase(), title: "Loud" })).toMatchObject({ title: "Loud" })
    expect(await records.update("posts", id.toUpperCase(), { id, title: "Low" })).toMatchObject({ title: "Low" })
    expect(await records.update("comments", `0${number}`, { id: number, content: "Hi" })).toMatchObject({ id: number })
    const error = await refusal(() => records.update("comments", String(number), { id: number + 1 }))
    expect(error.details?.["fields"]).toHaveProperty("id")
  })

  test("refuses null for a field that must have a value", async () => {
    const { id } = (await records.create("posts", post())) as { id: string }

    expect((await refusal(() => records.update("posts", id, { title: null }))).code).toBe("VALIDATION_ERROR")
  })

  test("If-Match lets only the first of two writers through", async () => {
    const { id } = (await records.create("posts", post())) as { id: string }
    const tag = await records.etag("posts", id)

    const outcomes = await Promise.allSettled([
      records.update("posts", id, { title: "One" }, { ifMatch: tag }),
      records.update("posts", id, { title: "Two" }, { ifMatch: tag }),
    ])

    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected"])
    expect(outcomes[1]).toMatchObject({ reason: { code: "PRECONDITION_FAILED" } })
    expect((await records.get("posts", id))["title"]).toBe("One")
  })

  test("If-Match takes lists and *, and never a weak tag", async () => {
    const { id } = (await records.create("posts", post())) as { id: string }
    const weak = `W/${await records.etag("posts", id)}`

    await records.update("posts", id, { title: "One" }, { ifMatch: `"x", ${await records.etag("posts", id)}` })
    await records.update("posts", id, { title: "Two" }, { ifMatch: "*" })
    const refused = await refusal(() => records.update("posts", id, { title: "Three" }, { ifMatch: weak }))

    expect(refused.code).toBe("PRECONDITION_FAILED")
    expect((await records.get("posts", id))["title"]).toBe("Two")
  })

  test("If-Match compares the document as the request shows it", async () => {
    const { id } = (await records.create("posts", post())) as { id: string }
    const ifMatch = await records.etag("posts", id, "fields=title")

    expect(await records.update("posts", id, { title: "New" }, { ifMatch, query: "fields=title" })).toEqual({
      title: "New",
    })
  })

  test("a document that is not there is not found, with and without If-Match", async () => {
    for (const body of [{}, { title: "x" }]) {
      expect((await refusal(() => records.update("posts", missingId, body))).code).toBe("DOCUMENT_NOT_FOUND")
    }
    const error = await refusal(() => records.update("posts", missingId, {}, { ifMatch: "*" }))
    expect(error.code).toBe("DOCUMENT_NOT_FOUND")
  })

  test("conflicts are refused and leave the document alone", async () => {
    await records.create("posts", post({ slug: "first" }))
    const second = (await records.create("posts", post({ slug: "second" }))) as { id: string }

    expect((await refusal(() => records.update("posts", second.id, { slug: "first" }))).code).toBe("UNIQUE_CONFLICT")
    const broken = await refusal(() => records.update("posts", second.id, { author_id: missingId }))
    expect(broken).toMatchObject({ code: "REFERENCE_CONFLICT", details: { fields: ["author_id"] } })
    expect(await records.get("posts", second.id)).toEqual(second)
  })
})

describe("delete", () => {
  test("removes the document, once", async () => {
    const { id } = (await records.create("posts", post())) as { id: string }

    await records.delete("posts", id)

    expect((await refusal(() => records.get("posts", id))).code).toBe("DOCUMENT_NOT_FOUND")
    expect((await refusal(() => records.delete("posts", id))).code).toBe("DOCUMENT_NOT_FOUND")
  })

  test("is refused when If-Match is stale", async () => {
    const { id } = (await records.create("posts", post())) as { id: string }
    const tag = await records.etag("posts", id)
    await records.update("posts", id, { title: "Changed" })

    expect((await refusal(() => records.delete("posts", id, tag))).code).toBe("PRECONDITION_FAILED")
    await records.delete("posts", id, await records.etag("posts", id))
  })

  test("takes the tag of the form that the request names", async () => {
    const { id } = (await records.create("posts", post())) as { id: string }
    const tag = await records.etag("posts", id, "fields=title")

    expect((await refusal(() => records.delete("posts", id, tag))).code).toBe("PRECONDITION_FAILED")
    await records.delete("posts", id, tag, "fields=title")
  })

  test("refuses parameters that it does not know, and leaves the document alone", async () => {
    const { id } = (await records.create("posts", post())) as { id: string }

    const error = await refusal(() => records.delete("posts", id, undefined, "feilds=title"))

    expect(error).toMatchObject({ code: "INVALID_QUERY", next: 'Did you mean "fields"?' })
    expect((await records.get("posts", id))["id"]).toBe(id)
  })

  test("cascades, and names the collection that restricts it", async () => {
    const author = (await records.create("users", { email: "gone@example.test" })) as { id: string }
    const { id } = (await records.create("posts", post({ author_id: author.id }))) as { id: string }
    const comment = await records.create("comments", { post_id: id, author_id: author.id, content: "x" })

    const error = await refusal(() => records.delete("users", author.id))
    expect(error).toMatchObject({
      code: "REFERENCE_CONFLICT",
      message: "Documents of comments still point to this one with author_id.",
      details: { collection: "comments", fields: ["author_id"] },
    })

    await records.delete("posts", id)
    expect((await refusal(() => records.get("comments", String(comment["id"])))).code).toBe("DOCUMENT_NOT_FOUND")
    await records.delete("users", author.id)
  })
})
