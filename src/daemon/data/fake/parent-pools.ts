import { quoteName } from "../../../lib/sql-name.ts"
import type { StoredValue } from "../../../schema/fields/field-type.ts"
import { wireValue } from "../../../schema/fields/field-types.ts"
import type { Field, JsonValue, Schema } from "../../../schema/schema.ts"
import { sqlQuery } from "../../storage/database.ts"
import type { Reader } from "../../storage/database.ts"
import type { FakeRandom } from "./fake-random.ts"

/** Documents of one collection that references are spread over; those beyond get none. */
export const parentCountMax = 1_000_000

/** What references may point to: the values of the referenced field, in the order of the primary key. */
export class ParentPools {
  readonly #schema: Schema
  readonly #reader: Reader
  readonly #pools = new Map<string, JsonValue[]>()

  constructor(schema: Schema, reader: Reader) {
    this.#schema = schema
    this.#reader = reader
  }

  /** The values that a field may take now. */
  of(field: Field): readonly JsonValue[] {
    const { collection, field: name } = field.references!
    const id = `${collection}.${name}`
    let pool = this.#pools.get(id)
    if (pool === undefined) this.#pools.set(id, (pool = this.#read(collection, name)))
    return pool
  }

  /** Adds a document that was just written to the pools that its collection is the parent of. */
  add(collection: string, row: ReadonlyMap<string, JsonValue>): void {
    for (const [name, value] of row) {
      const pool = this.#pools.get(`${collection}.${name}`)
      if (pool !== undefined && value !== null && pool.length < parentCountMax) pool.push(value)
    }
  }

  /** Frees what was read for a collection that is done. */
  clear(): void {
    this.#pools.clear()
  }

  #read(collection: string, name: string): JsonValue[] {
    const target = this.#schema.collections.get(collection)!
    const column = quoteName(name)
    const order = quoteName(target.primaryKey.name)
    const sql = `SELECT ${column} AS value FROM ${quoteName(collection)} WHERE ${column} IS NOT NULL ORDER BY ${order} LIMIT ${parentCountMax}`
    const field = target.fields.get(name)!
    const pool: JsonValue[] = []
    for (const row of this.#reader.iterate(sqlQuery<{ value: StoredValue }>(sql)))
      pool.push(wireValue(field, row.value))
    return pool
  }
}

/** Some parents have many documents and most have few, as in life. */
export function pickParent(random: FakeRandom, pool: readonly JsonValue[]): JsonValue {
  return pool[Math.floor(pool.length * random.share() ** 1.6)]!
}
