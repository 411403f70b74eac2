import * as fc from "fast-check"
import { expect, test } from "vitest"

import { storedValue, wireValue } from "../../../src/schema/fields/field-types.ts"
import type { Collection, JsonValue } from "../../../src/schema/schema.ts"
import { arbitraryChange, arbitraryDocument, arbitrarySchema } from "../../schema/arbitrary-schema.ts"
import { openRecords } from "./open-records.ts"
import type { Doc, TestRecords } from "./open-records.ts"

/** What a client reads after it wrote a value: the value in its one normal form, and nothing of internal fields. */
function expected(collection: Collection, body: Record<string, JsonValue>): Doc {
  const shown: Doc = {}
  for (const [name, value] of Object.entries(body)) {
    const field = collection.fields.get(name)!
    if (!field.internal) shown[name] = wireValue(field, storedValue(field, value) ?? null)
  }
  return shown
}

async function checkDocument(
  records: TestRecords,
  collection: Collection,
  bodies: readonly Record<string, JsonValue>[],
) {
  const [body, change] = bodies as [Record<string, JsonValue>, Record<string, JsonValue>]
  const { name, primaryKey } = collection

  const created = await records.create(name, body)
  const id = String(created[primaryKey.name])

  expect(created).toMatchObject(expected(collection, body))
  expect(await records.get(name, id)).toEqual(created)
  expect((await records.list(name, [[primaryKey.name, id]])).docs).toEqual([created])

  const changed = await records.update(name, id, change)

  expect(changed).toMatchObject({ ...created, ...expected(collection, change), ...timesOf(collection, changed) })
  expect(await records.get(name, id)).toEqual(changed)
}

/** Fields that every update moves. */
function timesOf(collection: Collection, doc: Doc): Doc {
  const moved = [...collection.fields.values()].filter((field) => field.updatedToNow && !field.internal)
  return Object.fromEntries(moved.map(({ name }) => [name, doc[name]]))
}

test("random documents of random schemas are read back equal, by get, in lists and after updates", async () => {
  const schemaWithDocuments = arbitrarySchema().chain((schema) =>
    fc.tuple(
      fc.constant(schema),
      ...[...schema.collections.values()].map((collection) =>
        fc.tuple(
          fc.constant(collection),
          fc.array(fc.tuple(arbitraryDocument(collection), arbitraryChange(collection)), {
            minLength: 1,
            maxLength: 4,
          }),
        ),
      ),
    ),
  )
  const property = fc.asyncProperty(schemaWithDocuments, async ([schema, ...collections]) => {
    const records = await openRecords(schema)
    try {
      for (const [collection, documents] of collections) {
        const keys = new Set<JsonValue>()
        for (const bodies of documents) {
          // Random keys may repeat, in another case too; that is another test's business.
          const key = bodies[0][collection.primaryKey.name]
          const normal = typeof key === "string" ? key.toLowerCase() : (key ?? null)
          if (normal !== null && keys.has(normal)) continue
          keys.add(normal)
          await checkDocument(records, collection, bodies)
        }
      }
    } finally {
      await records.database.remove()
    }
  })
  await fc.assert(property, { numRuns: 60 })
})

test("doubles of every kind are read back equal", async () => {
  const records = await openRecords("collections: { d: { fields: { x: { type: float } }, timestamps: false } }")
  const numbers = [
    5e-324,
    -5e-324,
    1.7976931348623157e308,
    2.2250738585072014e-308,
    0.1,
    1 / 3,
    1e21,
    1e23,
    123456789.125,
  ]
  const random = fc.sample(fc.double({ noNaN: true, noDefaultInfinity: true }), 1_000).map((value) => value + 0)
  const all = [...numbers, ...random, 0]

  for (let start = 0; start < all.length; start += 500) {
    const chunk = all.slice(start, start + 500)
    const results = await records.batch(chunk.map((x) => ({ op: "create", collection: "d", data: { x } })))
    expect(results.map(({ doc }) => (doc as Doc)["x"])).toEqual(chunk)
  }
  await records.database.remove()
})

test("text of every kind is read back equal, and found by it", async () => {
  const records = await openRecords("collections: { t: { fields: { s: { type: text } }, timestamps: false } }")
  const texts = [
    "",
    `"`,
    `\\`,
    "\u0001\u001f\u007f",
    "\u2028\u2029",
    "\r\n\t",
    "é",
    "😀",
    "\u{10FFFF}",
    "</script>",
    "\ufeff",
    "a'b",
    "%_",
  ]

  for (const s of texts) {
    const created = await records.create("t", { s })

    expect(created["s"]).toBe(s)
    expect((await records.list("t", [["filter", `s:eq:${s}`]])).docs).toEqual([created])
  }
  await records.database.remove()
})

test("a collection with as many fields as a schema may have works", async () => {
  const names = Array.from({ length: 499 }, (_, index) => `f${index}`)
  const fields = Object.fromEntries(names.map((name) => [name, { type: "json" }]))
  const yaml = JSON.stringify({ collections: { wide: { timestamps: false, fields }, b: bFields } })
  const records = await openRecords(yaml)
  const body = Object.fromEntries(names.map((name, index) => [name, { index }]))

  const created = await records.create("wide", body)
  await records.create("b", { wide_id: created["id"] })

  expect(created).toEqual({ id: created["id"], ...body })
  expect((await records.list("wide")).docs).toEqual([created])
  expect((await records.list("b", "expand=wide")).docs[0]!["wide"]).toEqual(created)
  await records.database.remove()
})

const bFields = { timestamps: false, fields: { wide_id: { type: "uuid", references: "wide.id" } } }
