import { afterAll, beforeAll, describe, expect, test } from "vitest"

import { listRecords } from "../../../src/daemon/records/list.ts"
import { ownerCaller } from "../../helpers/owner-caller.ts"
import { openRecords, refusal } from "./open-records.ts"
import type { TestRecords } from "./open-records.ts"

let records: TestRecords

const schemaYaml = `
collections:
  notes:
    timestamps: false
    fields:
      number: { type: int, primary: true }
      text: { type: string, nullable: true }
      group: { type: string, index: true }
      extra: { type: json, nullable: true }
      bytes: { type: blob, nullable: true }
      secret: { type: string, nullable: true, internal: true }
  empties:
    fields:
      a: { type: string, nullable: true }
`

beforeAll(async () => {
  records = await openRecords(schemaYaml)
  const operations = Array.from({ length: 60 }, (_, index) => ({
    op: "create",
    collection: "notes",
    data: { number: index, text: index % 10 === 0 ? null : `t${index % 7}`, group: index % 2 === 0 ? "even" : "odd" },
  }))
  await records.batch(operations)
})

afterAll(() => records.database.remove())

describe("pages", () => {
  test("a list without parameters is the first 50 by primary key, with the total", async () => {
    const { docs, ...rest } = await records.list("notes")

    expect(rest).toEqual({ total: 60, limit: 50, offset: 0 })
    expect(docs.map((doc) => doc["number"])).toEqual(Array.from({ length: 50 }, (_, index) => index))
    expect(Object.keys(docs[0]!)).toEqual(["number", "text", "group", "extra", "bytes"])
  })

  test("limit and offset, and page and perPage, name the same pages", async () => {
    expect(await records.pluck("notes", "number", "limit=3&offset=6")).toEqual([6, 7, 8])
    expect(await records.listText("notes", "page=3&perPage=3")).toBe(
      await records.listText("notes", "limit=3&offset=6"),
    )
    expect(await records.list("notes", "page=2")).toMatchObject({ limit: 50, offset: 50 })
    expect(await records.list("notes", "offset=100")).toEqual({ docs: [], total: 60, limit: 50, offset: 100 })
  })

  test("the total counts what the filters find, not the page; skipTotal answers null", async () => {
    expect(await records.list("notes", "group=odd&limit=1")).toMatchObject({ total: 30, docs: [{ number: 1 }] })
    expect((await records.list("notes", "skipTotal=true")).total).toBeNull()
    expect((await records.list("notes", "skipTotal=false")).total).toBe(60)
  })

  test("an empty collection answers an empty list", async () => {
    expect(await records.list("empties")).toEqual({ docs: [], total: 0, limit: 50, offset: 0 })
    expect(await records.list("empties", "cursor=")).toEqual({ docs: [], total: 0, limit: 50, next_cursor: null })
  })

  test.each([
    "limit=0",
    "limit=501",
    "limit=-1",
    "limit=1.5",
    "limit=",
    "limit=1e2",
    "limit=99999999999999999999",
    "offset=-1",
    "offset=100001",
    "page=0",
    "page=999999999",
    "perPage=501",
    "page=1&limit=5",
    "perPage=5&offset=5",
    "page=1&cursor=",
    "offset=0&cursor=",
    "skipTotal=yes",
    "limit=1&limit=1",
  ])("%s is refused", async (query) => {
    expect((await refusal(() => records.list("notes", query))).code).toBe("INVALID_QUERY")
  })
})

describe("sort", () => {
  test("NULL comes first ascending and last descending; ties go by key in the direction of the last field", async () => {
    const nulls = [0, 10, 20, 30, 40, 50]

    expect(await records.pluck("notes", "number", "sort=text&limit=6")).toEqual(nulls)
    expect((await records.pluck("notes", "number", "sort=-text&limit=60")).slice(-6)).toEqual(nulls.toReversed())
  })

  test("several fields, each in its direction", async () => {
    const docs = (await records.list("notes", "sort=-group,number&limit=31")).docs

    expect(docs.map((doc) => doc["number"]).slice(0, 3)).toEqual([1, 3, 5])
    expect(docs[30]).toMatchObject({ group: "even", number: 0 })
  })

  test.each([
    ["sort=nope", "UNKNOWN_FIELD"],
    ["sort=secret", "UNKNOWN_FIELD"],
    ["sort=--text", "UNKNOWN_FIELD"],
    ["sort=text,", "UNKNOWN_FIELD"],
    ["sort=text desc", "UNKNOWN_FIELD"],
    ["sort=text,-text", "CONTRADICTION"],
    ["sort=extra", "UNFIT_FIELD"],
    ["sort=bytes", "UNFIT_FIELD"],
    ["sort=a,b,c,d,e", "TOO_MANY"],
  ])("%s is refused: %s", async (query, code) => {
    const error = await refusal(() => records.list("notes", query))

    expect(error).toMatchObject({ code: "INVALID_QUERY", problems: [{ code }] })
  })
})

describe("fields", () => {
  test("only the fields asked for are shown, in the order of the schema", async () => {
    expect(await records.listText("notes", "fields=group,number&limit=1")).toContain(`[{"number":0,"group":"even"}]`)
  })

  test.each(["fields=", "fields=nope", "fields=secret", "fields=number,"])("%s is refused", async (query) => {
    expect((await refusal(() => records.list("notes", query))).code).toBe("INVALID_QUERY")
  })
})

describe("a list that takes long is read by another process and answers the same", () => {
  let large: TestRecords
  beforeAll(async () => {
    large = await openRecords(schemaYaml)
    // Keys below zero, as a client may choose them.
    const rows = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)
      INSERT INTO notes (number, text, "group")
      SELECT -i, 't' || (i % 3000), CASE WHEN i < 60 THEN 'few' ELSE 'many' END FROM n`
    await large.database.database.write((transaction) => transaction.run({ sql: rows, parameters: [] }))
  })
  afterAll(() => large.database.remove())

  const list = (query: string) => {
    const caller = ownerCaller("req_slow", "127.0.0.1")
    const pairs = [...new URLSearchParams(query)]
    return listRecords(large.parts, { schema: large.schema, collection: "notes", caller, query: pairs })
  }

  test.each([
    ["that walks the collection", "filter=text:contains:zzz", { total: 0 }],
    ["that walks an index", "filter=group:gte:a&filter=text:contains:zzz&sort=group&skipTotal=true", { docs: [] }],
    ["that walks the primary key", "filter=number:gte:-100000&filter=text:like:%zzz%&skipTotal=true", { docs: [] }],
    ["that sorts", "sort=text&limit=1", { total: 60_000 }],
    ["that skips many", "sort=group&offset=55000&limit=1&skipTotal=true", { offset: 55_000 }],
    ["whose total counts many rows of an index", "filter=group:eq:many&limit=1", { total: 59_941 }],
    ["whose pattern is long", `filter=text:like:${"%x".repeat(60)}`, { docs: [], total: 0 }],
  ])("%s", async (_, query, expected) => {
    const answer = list(query)

    expect(answer).toBeInstanceOf(Promise)
    expect(JSON.parse(String(await answer))).toMatchObject(expected)
  })

  test.each([
    ["that searches", "filter=group:eq:few&limit=1"],
    ["that searches, and judges what it finds", "filter=group:eq:few&filter=text:contains:t7&limit=1"],
    ["in the order of an index", "sort=-group&limit=5"],
    ["that soon finds a page in a large range", "filter=group:gte:many&filter=text:contains:t&limit=5&skipTotal=true"],
  ])("unlike one %s", (_, query) => {
    // On a busy machine one of them may be interrupted in the middle.
    const kinds = Array.from({ length: 5 }, () => typeof list(query))
    expect(kinds).toContain("string")
  })

  test("and a walk goes on with it", async () => {
    const query = "filter=text:eq:t3&sort=-text,number&limit=15"
    const walk = await large.list("notes", `${query}&cursor=`)
    const rest = await large.list("notes", `${query}&cursor=${walk.next_cursor}`)

    expect([...walk.docs, ...rest.docs].map((doc) => doc["number"])).toEqual(
      Array.from({ length: 20 }, (__, index) => -57_003 + 3_000 * index),
    )
  })
})

test("a page that would be larger than 72 MB is refused, however it is walked", async () => {
  const wide = await openRecords("collections: { w: { timestamps: false, fields: { s: { type: text } } } }")
  const sql = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)
    INSERT INTO w (s) SELECT hex(zeroblob(1000000)) FROM n`
  await wide.database.database.write((transaction) => transaction.run({ sql, parameters: [] }))

  expect((await refusal(() => wide.list("w", "limit=40"))).code).toBe("ANSWER_TOO_LARGE")
  expect((await refusal(() => wide.list("w", "limit=40&cursor="))).code).toBe("ANSWER_TOO_LARGE")
  expect((await wide.list("w", "limit=5")).docs).toHaveLength(5)
  expect(await wide.list("w", "limit=40&fields=id")).toMatchObject({ total: 40 })
  await wide.database.remove()
})
