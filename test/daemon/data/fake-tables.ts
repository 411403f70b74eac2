import { faker } from "@faker-js/faker/locale/en"
import { onTestFinished } from "vitest"

import { FakeRandom } from "../../../src/daemon/data/fake/fake-random.ts"
import { runFake } from "../../../src/daemon/data/fake/run-fake.ts"
import type { WrittenCounts } from "../../../src/daemon/data/worker-messages.ts"
import { quoteName } from "../../../src/lib/sql-name.ts"
import { wireValue } from "../../../src/schema/fields/field-types.ts"
import type { JsonValue, Schema } from "../../../src/schema/schema.ts"
import { sqlQuery } from "../../../src/daemon/storage/database.ts"
import { openTempDatabase } from "../storage/open-temp-database.ts"

/** The tables of a schema in a file of their own, to be filled without a daemon and its worker. */
export interface FakeTables {
  /** Makes documents up, in one write. */
  readonly fake: (request: {
    readonly count: number
    readonly randomSeed: number
    readonly collections?: readonly string[]
  }) => Promise<WrittenCounts>
  /** The documents of a collection with all their fields, as bodies have them. */
  readonly docs: (collection: string) => Record<string, JsonValue>[]
  /** All documents of all collections. */
  readonly all: () => Record<string, Record<string, JsonValue>[]>
  readonly insert: (collection: string, row: Readonly<Record<string, string | number>>) => Promise<void>
}

/** Makes the tables; they are gone when the test ends, or when `remove` is called. */
export async function openFakeTables(schema: Schema): Promise<FakeTables> {
  const temporary = await openTempDatabase({ schema, durability: "normal" })
  onTestFinished(() => temporary.remove())
  const { database } = temporary
  const docs = (name: string): Record<string, JsonValue>[] => {
    const collection = schema.collections.get(name)!
    const sql = `SELECT * FROM ${quoteName(name)} ORDER BY ${quoteName(collection.primaryKey.name)}`
    const rows = database.read((reader) => reader.all(sqlQuery(sql)))
    return rows.map((row) =>
      Object.fromEntries(
        [...collection.fields.values()].map((field) => [field.name, wireValue(field, row[field.name]!)]),
      ),
    )
  }
  return {
    fake: ({ count, randomSeed, collections }) =>
      database.write((transaction) =>
        runFake({
          transaction,
          schema,
          count,
          collections: collections ?? null,
          random: new FakeRandom(faker, randomSeed),
          onProgress: () => undefined,
          checkWanted: () => undefined,
        }),
      ),
    docs,
    all: () => Object.fromEntries([...schema.collections.keys()].map((name) => [name, docs(name)])),
    insert: async (collection, row) => {
      const names = Object.keys(row)
      const sql = `INSERT INTO ${quoteName(collection)} (${names.map(quoteName).join()}) VALUES (${names.map(() => "?").join()})`
      await database.write((transaction) => transaction.run(sqlQuery(sql, Object.values(row))))
    },
  }
}
