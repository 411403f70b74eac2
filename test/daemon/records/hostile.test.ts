import * as fc from "fast-check"
import { afterAll, beforeAll, expect, test } from "vitest"

import { runBatch } from "../../../src/daemon/records/batch.ts"
import { isAlyxError } from "../../../src/errors.ts"
import { ownerCaller } from "../../helpers/owner-caller.ts"
import { blogYaml, openRecords, refusal } from "./open-records.ts"
import type { Doc, TestRecords } from "./open-records.ts"

let records: TestRecords
let user: Doc
let post: Doc

beforeAll(async () => {
  records = await openRecords(blogYaml)
  user = await records.create("users", { email: "ada@example.test" })
  post = await records.create("posts", { title: "Kept", slug: "kept", author_id: user["id"] })
})

afterAll(() => records.database.remove())

/** Lets expected refusals pass; anything else, and any answer of 500 and above, fails the test. */
async function settle(action: () => unknown): Promise<void> {
  try {
    await action()
  } catch (error) {
    if (!isAlyxError(error) || error.status >= 500) throw error
  }
}

const parameters = ["filter", "sort", "limit", "offset", "page", "perPage", "cursor", "expand", "fields", "skipTotal"]
const names = "id title tags cover rating view_count published_at password_hash rowid __proto__ constructor".split(" ")
const relations = ["author", "author_id", "comments", "posts", "comments(author_id)"]
const values = ["null", "true", "-1", "1e999", "2026-01-01", "AAEC", "[]", "{}"]
const operators = ["eq", "ne", "gt", "in", "like", "contains"]
const signs = ["'", '"', ";", "--", "/*", "?", "%", "\\", "\\,", "\0", "\uD800"]

const word = fc.oneof(
  fc.constantFrom(...parameters, ...names, ...relations, ...values, ...operators, ...signs),
  fc.string({ maxLength: 12 }),
  fc.string({ unit: "binary", maxLength: 4 }),
)

const text = fc
  .array(word, { maxLength: 4 })
  .chain((words) => fc.constantFrom(":", ",", ".", "", "-").map((by) => words.join(by)))

const pair = fc.tuple(word, text)

test("no query makes the server fail, and none changes anything", async () => {
  const before = await records.get("posts", String(post["id"]))

  const property = fc.asyncProperty(fc.array(pair, { maxLength: 5 }), text, async (query, id) => {
    await settle(() => records.listText("posts", query))
    await settle(() => records.listText("comments", query))
    await settle(() => records.answer("posts", id))
    await settle(() => records.answer("comments", id))
    await settle(() => records.listText(id))
  })
  await fc.assert(property, { numRuns: 1_000 })

  expect(await records.get("posts", String(post["id"]))).toEqual(before)
  expect((await records.list("users")).total).toBe(1)
})

test("no body makes the server fail", async () => {
  const value = fc.oneof(fc.jsonValue({ maxDepth: 3 }), text, fc.double(), fc.constant(user["id"]))
  const body = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.dictionary(word, value, { maxKeys: 6 }))

  const property = fc.asyncProperty(body, async (document) => {
    await settle(() => records.create("users", document))
    await settle(() => records.create("posts", document))
    await settle(() => records.update("posts", String(post["id"]), document))
  })
  await fc.assert(property, { numRuns: 500 })
})

test("no batch makes the server fail", async () => {
  const member = fc.constantFrom("op", "collection", "id", "data", "if_match", "more", "__proto__")
  const value = fc.oneof(
    fc.constantFrom("create", "update", "delete", "posts", "users", "comments", user["id"], "*", 1, null),
    fc.jsonValue({ maxDepth: 2 }),
  )
  const operation = fc.oneof(fc.jsonValue({ maxDepth: 1 }), fc.dictionary(member, value, { maxKeys: 5 }))
  const body = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.record({ operations: fc.array(operation, { maxLength: 3 }) }))
  const caller = ownerCaller("req_hostile", "127.0.0.1")

  const property = fc.asyncProperty(body, async (operations) => {
    await settle(() => runBatch(records.parts, { schema: records.schema, caller, query: [], body: operations }))
  })
  await fc.assert(property, { numRuns: 500 })
})

function mistakes(by: string): string {
  return Array.from({ length: 10_000 }, (_, index) => `titel${index}`).join(by)
}

test("a query of many mistakes is refused as fast as one of few", async () => {
  const queries: [string, string][][] = [
    [["fields", mistakes(",")]],
    [["expand", mistakes(",")]],
    [["sort", mistakes(",")]],
    [["filter", `slug:in:${mistakes(",")}`]],
    mistakes("&")
      .split("&")
      .map((name): [string, string] => [name, "x"]),
  ]
  for (const query of queries) {
    const error = await refusal(() => records.listText("posts", query))
    expect(error.problems.length).toBeLessThanOrEqual(20)
  }
})
