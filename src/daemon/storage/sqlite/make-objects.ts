import { isAlyxError } from "../../../errors.ts"
import { quoteName } from "../../../lib/sql-name.ts"
import type { OnProgress } from "../../../protocol/progress.ts"
import { fieldIndexName } from "../../../schema/names.ts"
import type { Collection } from "../../../schema/schema.ts"
import { sqlQuery } from "../database.ts"
import type { SqlValue } from "../database.ts"
import type { TableObject } from "./ddl.ts"
import { namedDocumentsMax, unsafeChanges } from "./migration-refusal.ts"
import { duplicateProblem } from "./refused-rows.ts"
import type { SqliteConnection } from "./sqlite-connection.ts"

/** What makeObjects is told. */
export interface MakeObjectsOptions {
  readonly collection: Collection
  /** Indexes and triggers of the collection's definition. */
  readonly made: readonly TableObject[]
  /** Those that another program had put on the table. */
  readonly others: readonly TableObject[]
  readonly onProgress: OnProgress
}

/** Makes indexes and triggers of a table; refuses the migration, with the reason, where one cannot be made. */
export function makeObjects(connection: SqliteConnection, options: MakeObjectsOptions): void {
  const { collection, made, others, onProgress } = options
  for (const [index, { name, sql }] of made.entries()) {
    const ratio = index / made.length
    // Triggers take no time, and mean nothing to a person.
    if (!name.startsWith("_alyx_")) onProgress({ message: `Making the index ${name} of ${collection.name}`, ratio })
    try {
      connection.define(sql)
    } catch (error) {
      throw isAlyxError(error, "UNIQUE_CONFLICT") ? duplicates(connection, collection, name) : error
    }
  }
  for (const { name, sql } of others) {
    try {
      connection.execute(sql)
    } catch (error) {
      if (isAlyxError(error)) throw error
      throw unsafeChanges([
        {
          code: "OTHER_OBJECT",
          message: `${name}, which another program made on ${collection.name}, no longer fits it: ${String(error)}.`,
          next: `Drop ${name} first, and make it anew afterwards.`,
        },
      ])
    }
  }
}

/** Names the documents that keep a unique index from being made. */
function duplicates(connection: SqliteConnection, collection: Collection, index: string): Error {
  const declared = collection.indexes.find(({ name }) => name === index)?.fields.map(({ name }) => name)
  const own = [...collection.fields.values()].filter((field) => fieldIndexName(collection.name, field) === index)
  const fields = declared ?? own.map(({ name }) => name)
  const columns = fields.map(quoteName).join(", ")
  const table = quoteName(collection.name)
  const isSet = fields.map((name) => `${quoteName(name)} IS NOT NULL`).join(" AND ")
  const repeated = `SELECT ${columns} FROM ${table} WHERE ${isSet} GROUP BY ${columns} HAVING count(*) > 1 LIMIT ${namedDocumentsMax}`
  const ids = connection.all<{ id: SqlValue }>(
    sqlQuery(
      `SELECT ${quoteName(collection.primaryKey.name)} AS id FROM ${table} WHERE (${columns}) IN (${repeated}) LIMIT ${namedDocumentsMax}`,
    ),
  )
  const problem = duplicateProblem({ table: collection.name, fields, ids: ids.map(({ id }) => id), at: null })
  return unsafeChanges([problem])
}
