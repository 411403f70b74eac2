import * as fc from "fast-check"
import { describe, expect, test } from "vitest"

import { sqlQuery } from "../../../../src/daemon/storage/database.ts"
import type { Row, SqlValue } from "../../../../src/daemon/storage/database.ts"
import { applySchema } from "../../../../src/daemon/storage/sqlite/apply-schema.ts"
import type { SqliteDatabase } from "../../../../src/daemon/storage/sqlite/sqlite-database.ts"
import { storedValue } from "../../../../src/schema/fields/field-types.ts"
import { makeSchema } from "../../../../src/schema/make-schema.ts"
import type { Collection, Field, JsonValue, Schema } from "../../../../src/schema/schema.ts"
import { scaled, testSeed } from "../../../helpers/scale.ts"
import { arbitraryDocument, arbitrarySchema } from "../../../schema/arbitrary-schema.ts"
import { openTempDatabase } from "../open-temp-database.ts"

const clock = { now: () => Date.parse("2026-05-04T03:02:01.000Z") }

/** How a collection is changed on the way: fields of another one are added, and constraints loosened. */
const arbitraryTurn = fc.record({
  other: arbitrarySchema(),
  loosened: fc.infiniteStream(fc.boolean()),
  indexed: fc.infiniteStream(fc.boolean()),
  position: fc.infiniteStream(fc.nat(20)),
})

type Turn = typeof arbitraryTurn extends fc.Arbitrary<infer T> ? T : never

describe("random changes of a schema", () => {
  test(
    "keep every row, and end with the tables that the last schema would have made",
    { timeout: 300_000 },
    async () => {
      const start = arbitrarySchema().chain((schema) =>
        fc.record({ schema: fc.constant(schema), documents: arbitraryDocuments(schema) }),
      )
      const property = fc.asyncProperty(start, fc.array(arbitraryTurn, { minLength: 1, maxLength: 3 }), checkEvolution)

      await fc.assert(property, {
        numRuns: scaled(600, 30),
        seed: testSeed(),
        // Shrinking a failure would otherwise go on for as long as it likes.
        interruptAfterTimeLimit: 240_000,
      })
    },
  )
})

type Documents = readonly (readonly [collection: string, documents: readonly Record<string, JsonValue>[]])[]

function arbitraryDocuments(schema: Schema): fc.Arbitrary<Documents> {
  const ofEach = [...schema.collections.values()].map((collection) =>
    fc.tuple(fc.constant(collection.name), fc.array(arbitraryDocument(collection), { maxLength: 4 })),
  )
  return fc.tuple(...ofEach)
}

async function checkEvolution(
  { schema, documents }: { readonly schema: Schema; readonly documents: Documents },
  turns: readonly Turn[],
): Promise<void> {
  const evolved = await openTempDatabase()
  const fresh = await openTempDatabase()
  try {
    await applySchema(evolved.database, schema, { clock })
    await insertAll(evolved.database, schema, documents)
    const before = readAll(evolved.database, schema)
    let last = schema
    for (const turn of turns) {
      last = changed(last, turn)
      await applySchema(evolved.database, last, { clock })
    }
    await applySchema(fresh.database, last, { clock })

    expect(readAll(evolved.database, schema)).toEqual(before)
    expect(objectsOf(evolved.database)).toEqual(objectsOf(fresh.database))
    expect(rows(evolved.database, "PRAGMA foreign_key_check")).toEqual([])
    expect(rows(evolved.database, "PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }])
    expect(rows(evolved.database, "SELECT DISTINCT operation FROM _alyx_changes WHERE operation <> 'insert'")).toEqual(
      [],
    )
    expect(await applySchema(evolved.database, last, { clock })).toEqual({ changes: [] })
  } finally {
    await evolved.remove()
    await fresh.remove()
  }
}

/** The schema after a turn: only what loses nothing. */
function changed(schema: Schema, { other, loosened, indexed, position }: Turn): Schema {
  const others = [...other.collections.values()]
  const collections = [...schema.collections.values()].map((collection, at) => {
    const donor = others[at % others.length]!
    const fields = [...collection.fields.values()].map((field) => (loosened.next().value ? loosen(field) : field))
    for (const field of donor.fields.values()) {
      if (field.primary || field.references !== null || collection.fields.has(field.name)) continue
      fields.splice(position.next().value % (fields.length + 1), 0, fits(field))
    }
    return {
      ...collection,
      fields: new Map(fields.map((field) => [field.name, field])),
      indexes: indexed.next().value ? collection.indexes : [],
    }
  })
  const names = new Set(collections.map(({ name }) => name))
  const indexes = new Set(collections.flatMap((collection) => collection.indexes.map(({ name }) => name)))
  const added = others.filter(
    (candidate) =>
      !names.has(candidate.name) &&
      candidate.indexes.every(({ name }) => !indexes.has(name)) &&
      [...candidate.fields.values()].every(({ references }) => references === null),
  )
  return makeSchema([...collections, ...added])
}

function loosen(field: Field): Field {
  if (field.primary) return field
  return {
    ...field,
    nullable: true,
    maxLength: null,
    minLength: null,
    min: null,
    max: null,
    enum: null,
    index: !field.index,
  }
}

/** A required field without a default does not fit rows that exist. */
function fits(field: Field): Field {
  return field.default === null ? { ...field, nullable: true } : field
}

async function insertAll(database: SqliteDatabase, schema: Schema, documents: Documents): Promise<void> {
  for (const [name, all] of documents) {
    const collection = schema.collections.get(name)!
    // Two random documents may have the same key; the second is then left out.
    for (const document of all) await insert(database, collection, document).catch(() => undefined)
  }
}

function insert(
  database: SqliteDatabase,
  collection: Collection,
  document: Readonly<Record<string, JsonValue>>,
): Promise<unknown> {
  const names = Object.keys(document)
  const values = names.map((name) => storedValue(collection.fields.get(name)!, document[name]) as SqlValue)
  const columns = names.map((name) => `"${name}"`).join(", ")
  const sql =
    names.length === 0
      ? `INSERT INTO "${collection.name}" DEFAULT VALUES`
      : `INSERT INTO "${collection.name}" (${columns}) VALUES (${names.map(() => "?").join(", ")})`
  return database.write((transaction) => transaction.run(sqlQuery(sql, values)))
}

/** The rows as far as the given schema knows their columns. */
function readAll(database: SqliteDatabase, schema: Schema): readonly unknown[] {
  return [...schema.collections.values()].map((collection) => {
    const columns = [...collection.fields.keys()].map((name) => `"${name}"`).join(", ")
    return rows(database, `SELECT ${columns} FROM "${collection.name}" ORDER BY "${collection.primaryKey.name}"`)
  })
}

/** What sqlite_schema says; the order of columns has no meaning. */
function objectsOf(database: SqliteDatabase): readonly unknown[] {
  return rows(
    database,
    "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE tbl_name NOT LIKE '\\_alyx%' ESCAPE '\\' ORDER BY type, name",
  ).map((row) => ({ ...row, sql: row["type"] === "table" ? sortedParts(String(row["sql"])) : row["sql"] }))
}

function sortedParts(sql: string): readonly string[] {
  const [, head, body] = /^([^(]*)\((.*)\) STRICT$/s.exec(sql) ?? []
  return [head ?? sql, ...(body ?? "").split(", ").toSorted()]
}

function rows(database: SqliteDatabase, sql: string): readonly Row[] {
  return database.read((reader) => reader.all(sqlQuery(sql))).map((row) => ({ ...row }))
}
