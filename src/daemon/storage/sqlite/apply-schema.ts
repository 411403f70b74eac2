import type { Clock } from "../../../lib/clock.ts"
import type { Schema } from "../../../schema/schema.ts"
import { schemaToJson } from "../../../schema/schema-json.ts"
import { sqlQuery } from "../database.ts"
import type { Database, Reader } from "../database.ts"
import { readMeta } from "../meta.ts"
import { migrateTables, requireApplicable } from "./migrate-tables.ts"
import { inMigrationTransaction } from "./migration-transaction.ts"
import { appliedSchema, planFrom } from "./plan-schema.ts"
import type { SchemaPlan } from "./plan-schema.ts"
import { objectsAreCurrent } from "./present-objects.ts"
import { largeTableRowCount } from "./query-plan.ts"
import { quoteName } from "./sql-text.ts"
import type { SqliteDatabase } from "./sqlite-database.ts"

/** What was done: a line for each change, as in "+ posts.view_count (int)". */
export interface AppliedChanges {
  readonly changes: readonly string[]
}

/** How a schema is applied. */
export interface ApplyOptions {
  readonly clock: Clock
  /** Called when the tables are as the schema says and before the next write: the moment to serve it. */
  readonly onApplied?: () => void
  /** Called with a sentence while a large table is copied. */
  readonly onProgress?: (message: string) => void
}

/**
 * Brings the database to a schema in one transaction, if nothing is lost by it: else throws UNSAFE_CHANGES with every
 * change that stands in the way and what to do, and leaves all as it is. Writes wait meanwhile; reads go on.
 */
export async function applySchema(
  database: SqliteDatabase,
  schema: Schema,
  { clock, onApplied, onProgress }: ApplyOptions,
): Promise<AppliedChanges> {
  const plan = requireApplicable(database.read((reader) => planFrom(reader, schema)))
  const text = JSON.stringify(schemaToJson(schema))
  if (plan.changes.length === 0 && database.read((reader) => isCurrent(reader, schema, text))) {
    onApplied?.()
    return { changes: [] }
  }
  const options = { schema, now: new Date(clock.now()), onProgress: onProgress ?? (() => undefined) }
  const isLarge = database.read((reader) => changesLargeTable(reader, plan))
  // Writes may have come since the plan was made: the migration makes it again, on what is there then.
  return database.exclusive(async (connection) => {
    const changes = isLarge
      ? await database.migrateInWorker(options)
      : await inMigrationTransaction(connection, () => migrateTables(connection, options))
    onApplied?.()
    return { changes }
  })
}

/** A change of a large table takes seconds: it then runs in a worker, so that reads go on. */
function changesLargeTable(reader: Reader, { from, changes }: SchemaPlan): boolean {
  const names = new Set(changes.map((change) => change.collection))
  return [...names]
    .filter((name) => from.collections.has(name))
    .some((name) => {
      const query = sqlQuery<{ count: number | null }>(`SELECT max(rowid) AS count FROM ${quoteName(name)}`)
      return (reader.get(query)?.count ?? 0) > largeTableRowCount
    })
}

/** Returns the schema that the database was last brought to; one without collections when it is new. */
export function readAppliedSchema(database: Pick<Database, "read">): Schema {
  return database.read(appliedSchema)
}

function isCurrent(reader: Reader, schema: Schema, text: string): boolean {
  if (readMeta(reader, "schema") !== text) return false
  return [...schema.collections.values()].every((collection) => objectsAreCurrent(reader, collection))
}
