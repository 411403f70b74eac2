import { afterAll, beforeAll, describe, expect, test } from "vitest"

import { runBatch } from "../../../src/daemon/records/batch.ts"
import { ownerCaller } from "../../helpers/owner-caller.ts"
import { blogYaml, openRecords, refusal } from "./open-records.ts"
import type { Doc, TestRecords } from "./open-records.ts"

let records: TestRecords
let ada: string

beforeAll(async () => {
  records = await openRecords(blogYaml)
  ada = String((await records.create("users", { email: "ada@example.test" }))["id"])
})

afterAll(() => records.database.remove())

const knownId = "0190a6ec-7b4e-7c1f-8e2a-5d3f6b7a8c9d"

function post(slug: string, fields: Doc = {}): Doc {
  return { title: "x", slug, author_id: ada, ...fields }
}

async function countOf(collection: string): Promise<number | null> {
  return (await records.list(collection)).total
}

describe("a batch", () => {
  test("runs its operations in order, each seeing the ones before it", async () => {
    const results = await records.batch([
      { op: "create", collection: "posts", data: post("b1", { id: knownId }) },
      { op: "create", collection: "comments", data: { post_id: knownId, author_id: ada, content: "first" } },
      { op: "update", collection: "posts", id: knownId, data: { title: "Changed", published: true } },
      { op: "update", collection: "posts", id: knownId, data: { view_count: 7 } },
      { op: "create", collection: "posts", data: post("b2") },
      { op: "delete", collection: "comments", id: 1 },
    ])

    expect(results).toMatchObject([
      { op: "create", collection: "posts", id: knownId, doc: { title: "x" } },
      { op: "create", collection: "comments", id: "1", doc: { id: 1, content: "first" } },
      { op: "update", id: knownId, doc: { title: "Changed", view_count: 0 } },
      { op: "update", id: knownId, doc: { title: "Changed", published: true, view_count: 7 } },
      { op: "create", doc: { slug: "b2" } },
      { op: "delete", collection: "comments", id: "1" },
    ])
    expect(results[3]!["etag"]).toBe(await records.etag("posts", knownId))
    expect(await countOf("comments")).toBe(0)
  })

  test("of nothing answers nothing", async () => {
    expect(await records.batch([])).toEqual([])
  })

  test("leaves nothing behind when its last operation fails, and names that operation", async () => {
    const before = await countOf("posts")

    const error = await refusal(() =>
      records.batch([
        { op: "create", collection: "posts", data: post("c1") },
        { op: "create", collection: "posts", data: post("c2") },
        { op: "create", collection: "posts", data: post("c1") },
      ]),
    )

    expect(error).toMatchObject({
      code: "UNIQUE_CONFLICT",
      message: expect.stringMatching(/^operations\[2\]: /),
      details: { operation: 2, fields: ["slug"] },
    })
    expect(await countOf("posts")).toBe(before)
  })

  test("fails alone: writes of the same turn are kept", async () => {
    const [, kept] = await Promise.allSettled([
      records.batch([
        { op: "create", collection: "posts", data: post("d1") },
        { op: "delete", collection: "posts", id: "0190a6ec-0000-7000-8000-000000000000" },
      ]),
      records.create("posts", post("d2")),
    ])

    expect(kept.status).toBe("fulfilled")
    expect(await records.pluck("posts", "slug", "filter=slug:in:d1,d2")).toEqual(["d2"])
  })

  test("holds each operation to its if_match, as the one before it left the document", async () => {
    const { id } = (await records.create("posts", post("e1"))) as { id: string }
    const stale = await records.etag("posts", id)

    const error = await refusal(() =>
      records.batch([
        { op: "update", collection: "posts", id, data: { title: "One" }, if_match: stale },
        { op: "update", collection: "posts", id, data: { title: "Two" }, if_match: stale },
      ]),
    )

    expect(error).toMatchObject({ code: "PRECONDITION_FAILED", details: { operation: 1 } })
    expect((await records.get("posts", id))["title"]).toBe("x")
    await records.batch([{ op: "delete", collection: "posts", id, if_match: stale }])
  })

  test("takes the tag of a compressed answer as If-Match does", async () => {
    const { id } = (await records.create("posts", post("e2"))) as { id: string }
    const tag = (await records.etag("posts", id)).replace(/"$/, '-gzip"')

    await records.batch([{ op: "update", collection: "posts", id, data: { title: "One" }, if_match: tag }])

    expect((await records.get("posts", id))["title"]).toBe("One")
  })

  test("may repeat the key of an update, however it is written", async () => {
    const { id } = (await records.create("posts", post("e3"))) as { id: string }
    const data = { id: id.toUpperCase(), title: "One" }

    await records.batch([{ op: "update", collection: "posts", id, data }])

    expect((await records.get("posts", id))["title"]).toBe("One")
  })

  test("knows no parameters", async () => {
    const error = await refusal(() => records.batch([], "fields=title"))

    expect(error).toMatchObject({ code: "INVALID_QUERY", problems: [{ code: "UNKNOWN_PARAMETER" }] })
  })

  test("reports the problems of all operations before it writes any", async () => {
    const error = await refusal(() =>
      records.batch([
        { op: "create", collection: "posts", data: post("f1") },
        { op: "create", collection: "posts", data: { title: "", slug: "f2" } },
        { op: "update", collection: "pots", id: knownId, data: {} },
        { op: "delete", collection: "posts", id: "no-uuid" },
      ]),
    )

    expect(error).toMatchObject({ code: "VALIDATION_ERROR", message: expect.stringContaining("operations[1]") })
    expect(error.details).toMatchObject({
      operation: 1,
      fields: { title: expect.anything(), author_id: expect.anything() },
      operations: [
        { operation: 1, code: "VALIDATION_ERROR" },
        { operation: 2, code: "COLLECTION_NOT_FOUND" },
        { operation: 3, code: "DOCUMENT_NOT_FOUND" },
      ],
    })
    expect(await records.pluck("posts", "slug", "slug=f1")).toEqual([])
  })

  test("larger than the limit is refused", async () => {
    const operations = Array.from({ length: 501 }, (_, index) => ({
      op: "create",
      collection: "posts",
      data: post(`g${index}`),
    }))

    expect((await refusal(() => records.batch(operations))).code).toBe("BATCH_TOO_LARGE")
    expect(await records.batch(operations.slice(1))).toHaveLength(500)
  })
})

describe("what is no batch is refused", () => {
  test.each([
    [null],
    [[]],
    ["text"],
    [{}],
    [{ operations: {} }],
    [{ operations: [], more: 1 }],
    [{ operations: [null] }],
    [{ operations: [[]] }],
    [{ operations: [{}] }],
    [{ operations: [{ op: "upsert", collection: "posts", data: {} }] }],
    [{ operations: [{ op: "__proto__", collection: "posts", data: {} }] }],
    [{ operations: [{ op: "toString", collection: "posts", data: {} }] }],
    [{ operations: [{ op: "create", collection: "posts" }] }],
    [{ operations: [{ op: "create", data: {} }] }],
    [{ operations: [{ op: "create", collection: 5, data: {} }] }],
    [{ operations: [{ op: "create", collection: "posts", id: knownId, data: {} }] }],
    [{ operations: [{ op: "delete", collection: "posts" }] }],
    [{ operations: [{ op: "delete", collection: "posts", id: {} }] }],
    [{ operations: [{ op: "delete", collection: "posts", id: knownId, data: {} }] }],
    [{ operations: [{ op: "update", collection: "posts", id: knownId, data: null }] }],
    [{ operations: [{ op: "update", collection: "posts", id: knownId, data: {}, if_match: 5 }] }],
  ])("%j", async (body) => {
    const caller = ownerCaller("req_batch", "127.0.0.1")

    const error = await refusal(() => runBatch(records.parts, { schema: records.schema, caller, query: [], body }))

    expect(error.code).toBe("VALIDATION_ERROR")
  })
})
