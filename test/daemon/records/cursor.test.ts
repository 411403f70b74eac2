import * as fc from "fast-check"
import { afterAll, beforeAll, describe, expect, test } from "vitest"

import { compareSortValues } from "../../../src/daemon/records/order.ts"
import type { SortKey } from "../../../src/daemon/records/order.ts"
import type { StoredValue } from "../../../src/schema/fields/field-type.ts"
import { storedValue } from "../../../src/schema/fields/field-types.ts"
import type { JsonValue } from "../../../src/schema/schema.ts"
import { openRecords, refusal } from "./open-records.ts"
import type { Doc, TestRecords } from "./open-records.ts"

let records: TestRecords

function tableYaml(key: string): string {
  return `
    timestamps: false
    fields:
      key: ${key}
      s: { type: string, nullable: true, index: true }
      i: { type: int }
      f: { type: float, nullable: true }
      b: { type: bool, nullable: true }
      t: { type: timestamp, nullable: true }
    indexes:
      - { fields: [i, s] }`
}

beforeAll(async () => {
  records = await openRecords(`
collections:
  numbered: ${tableYaml("{ type: int, primary: true }")}
  named: ${tableYaml("{ type: string, primary: true }")}
`)
})

afterAll(() => records.database.remove())

/** Few values, so that ties and NULLs are common; the texts differ in UTF-8 order and UTF-16 order. */
const texts = ["", "a", "A", "aa", "é", "\u{E000}", "\u{FFFD}", "\u{1F600}", "\u{10FFFF}", "\uD7FF", "z"]

const arbitraryDoc = fc.record({
  s: fc.constantFrom(null, ...texts),
  i: fc.constantFrom(-1, 0, 9_007_199_254_740_991),
  f: fc.constantFrom(null, -1.5, 0.1, 1e300, 5e-324),
  b: fc.constantFrom(null, true, false),
  t: fc.constantFrom(null, "2026-01-01T00:00:00.000Z", "2026-01-01T00:00:00.001Z"),
})

const arbitraryDocs = fc.array(arbitraryDoc, { minLength: 0, maxLength: 25 })

const arbitrarySort = fc
  .uniqueArray(fc.constantFrom("s", "i", "f", "b", "t", "key"), { maxLength: 4 })
  .chain((names) =>
    fc.tuple(...names.map((name) => fc.boolean().map((descending) => (descending ? `-${name}` : name)))),
  )
  .map((words) => words.join(","))

async function refill(collection: string, docs: readonly Doc[]): Promise<void> {
  await records.database.database.write((transaction) =>
    transaction.run({ sql: `DELETE FROM ${collection}`, parameters: [] }),
  )
  const keyed = docs.map((doc, index) => ({ key: collection === "named" ? keyText(index) : index, ...doc }))
  await records.batch(keyed.map((data) => ({ op: "create", collection, data })))
}

/** Keys whose order is neither that of insertion nor that of UTF-16. */
function keyText(index: number): string {
  return `${texts[(index * 7) % texts.length]}${index}`
}

async function walk(collection: string, query: string, limit: number): Promise<Doc[]> {
  const docs: Doc[] = []
  let cursor: string | null | undefined = ""
  while (typeof cursor === "string") {
    const page = await records.list(collection, `${query}&limit=${limit}&cursor=${cursor}`)
    docs.push(...page.docs)
    expect(page.docs.length === limit || page.next_cursor === null).toBe(true)
    cursor = page.next_cursor
  }
  return docs
}

describe("a walk with cursors", () => {
  test("sees what one long page shows, in the same order, whatever the sort, the ties and the page size", async () => {
    const property = fc.asyncProperty(
      fc.constantFrom("numbered", "named"),
      arbitraryDocs,
      arbitrarySort,
      fc.integer({ min: 1, max: 6 }),
      fc.constantFrom("", "&filter=i:gte:0", "&filter=s:ne:null"),
      async (collection, docs, sort, limit, filter) => {
        await refill(collection, docs)

        const query = `sort=${sort}${filter}`

        expect(await walk(collection, query, limit)).toEqual((await records.list(collection, query)).docs)
      },
    )
    await fc.assert(property, { numRuns: 150 })
  })

  test("goes on after the same place when documents come and go", async () => {
    await refill(
      "numbered",
      Array.from({ length: 6 }, () => ({ s: "x", i: 0, f: null, b: null, t: null })),
    )
    const first = await records.list("numbered", "sort=-i&limit=3&cursor=")

    await records.delete("numbered", "3")
    await records.create("numbered", { key: 100, i: 0 })
    const second = await records.list("numbered", `sort=-i&limit=3&cursor=${first.next_cursor}`)

    expect(first.docs.map((doc) => doc["key"])).toEqual([5, 4, 3])
    expect(second.docs.map((doc) => doc["key"])).toEqual([2, 1, 0])
    expect(second).toMatchObject({ total: 6, next_cursor: null })
    expect(second).not.toHaveProperty("offset")
  })
})

describe("the comparator", () => {
  test("orders documents as SQLite does, for every sort", async () => {
    const property = fc.asyncProperty(
      fc.constantFrom("numbered", "named"),
      arbitraryDocs,
      arbitrarySort,
      async (collection, docs, sort) => {
        await refill(collection, docs)
        const fields = records.schema.collections.get(collection)!.fields
        const words = sort === "" ? [] : sort.split(",")
        const keys: SortKey[] = words.map((word) => ({
          field: fields.get(word.replace("-", ""))!,
          descending: word.startsWith("-"),
        }))
        keys.push({ field: fields.get("key")!, descending: keys.at(-1)?.descending ?? false })
        const valuesOf = (doc: Doc): StoredValue[] =>
          keys.map(({ field }) => storedValue(field, doc[field.name] as JsonValue) ?? null)

        const bySql = (await records.list(collection, `sort=${sort}`)).docs
        const byUs = bySql.toReversed().toSorted((a, b) => compareSortValues(keys, valuesOf(a), valuesOf(b)))

        expect(byUs).toEqual(bySql)
      },
    )
    await fc.assert(property, { numRuns: 100 })
  })
})

async function cursorOf(query: string): Promise<string> {
  return (await records.list("numbered", `${query}&limit=1&cursor=`)).next_cursor!
}

function forge(...parts: unknown[]): string {
  return Buffer.from(JSON.stringify(parts)).toString("base64url")
}

describe("a cursor that this list did not hand out", () => {
  beforeAll(() => refill("numbered", [{ i: 1 }, { i: 2 }, { i: 3 }]))

  test("is refused when sort, filter or collection differ", async () => {
    await refill("named", [{ i: 1 }, { i: 2 }])
    const cursor = await cursorOf("sort=i&filter=i:gte:0")

    for (const [collection, query] of [
      ["numbered", "sort=-i&filter=i:gte:0"],
      ["numbered", "sort=i"],
      ["numbered", "sort=i&filter=i:gte:1"],
      ["numbered", "sort=i&filter=i:gt:0"],
      ["named", "sort=i&filter=i:gte:0"],
    ]) {
      expect((await refusal(() => records.list(collection!, `${query}&cursor=${cursor}`))).code).toBe("INVALID_CURSOR")
    }
  })

  test("goes with the same filters in another order, and with another limit", async () => {
    const cursor = await cursorOf("filter=i:gte:0&filter=i:lt:9")

    expect((await records.list("numbered", `filter=i:lt:9&filter=i:gte:0&limit=9&cursor=${cursor}`)).docs).toHaveLength(
      2,
    )
  })

  test("is refused when it is cut, changed or made up, and never answers 500", async () => {
    const cursor = await cursorOf("sort=i")
    const list = (JSON.parse(Buffer.from(cursor, "base64url").toString()) as unknown[])[1]
    const bad = [
      "x",
      "null",
      "😀",
      cursor.slice(1),
      cursor.slice(0, -4),
      forge(),
      forge(1, list),
      forge(1, list, 1),
      forge(1, list, 1, 2, 3),
      forge(1, list, "1", 1),
      forge(1, list, null, 1),
      forge(1, list, 1.5, 1),
      forge(1, list, 1, { $gt: 0 }),
      forge(2, list, 1, 1),
      forge(1, "other", 1, 1),
      Buffer.from(`[1,${JSON.stringify(list)},1e999,1]`).toString("base64url"),
      "a".repeat(5_000),
    ]
    for (const text of bad) {
      const query: [string, string][] = [
        ["sort", "i"],
        ["cursor", text],
      ]
      expect((await refusal(() => records.list("numbered", query))).code).toBe("INVALID_CURSOR")
    }
  })

  test("can at most name another place of the same list", async () => {
    const cursor = await cursorOf("sort=i")
    const list = (JSON.parse(Buffer.from(cursor, "base64url").toString()) as unknown[])[1]

    expect((await records.list("numbered", `sort=i&cursor=${forge(1, list, 2, 1)}`)).docs).toMatchObject([{ i: 3 }])
  })

  test("is refused where its values would not fit into a URL", async () => {
    await refill("numbered", [
      { i: 1, s: "é".repeat(4_000) },
      { i: 2, s: null },
    ])

    expect((await refusal(() => records.list("numbered", "sort=-s&limit=1&cursor="))).code).toBe("INVALID_QUERY")
  })
})
