import type { Clock } from "../../../lib/clock.ts"
import type { OnProgress } from "../../../protocol/progress.ts"
import type { Schema } from "../../../schema/schema.ts"
import { schemaToJson } from "../../../schema/schema-json.ts"
import type { Database, Reader } from "../database.ts"
import { readMeta } from "../meta.ts"
import { retryWhileBusy } from "./busy-back-off.ts"
import { tableIsCurrent } from "./change-table.ts"
import { migrateTables, requireApplicable } from "./migrate-tables.ts"
import { inMigrationTransaction } from "./migration-transaction.ts"
import { appliedSchema, planFrom } from "./plan-schema.ts"
import type { SqliteDatabase } from "./sqlite-database.ts"
import { largestRowCount, largeTableRowCount } from "./table-size.ts"

/** What was done: a line for each change, as in "+ posts.view_count (int)". */
export interface AppliedChanges {
  readonly changes: readonly string[]
}

/** How a schema is applied. */
export interface ApplyOptions {
  readonly clock: Clock
  /** Called when the tables are as the schema says and before the next write: the moment to serve it. */
  readonly onApplied?: () => void
  /** Told how far it is while large tables are changed. */
  readonly onProgress?: OnProgress
}

/**
 * Brings the database to a schema in one transaction, if nothing is lost by it: else throws UNSAFE_CHANGES with every
 * change that stands in the way and what to do, and leaves all as it is. Writes wait meanwhile; reads go on: what walks
 * large tables, the look whether their documents fit as well as the change itself, is left to a process beside the daemon.
 */
export async function applySchema(
  database: SqliteDatabase,
  schema: Schema,
  { clock, onApplied, onProgress = () => undefined }: ApplyOptions,
): Promise<AppliedChanges> {
  const work = await retryWhileBusy(() => database.read((reader) => workFor(reader, schema)))
  if (work === "none") {
    onApplied?.()
    return { changes: [] }
  }
  const options = { steps: [], schema, now: new Date(clock.now()) }
  // Writes may have come since the look at the tables: the migration plans on what is there then.
  return database.exclusive(async (connection) => {
    const { changes } =
      work === "large"
        ? await database.migrateBeside({ ...options, onProgress })
        : await inMigrationTransaction(connection, () =>
            migrateTables(connection, { ...options, onProgress: () => undefined }),
          )
    onApplied?.()
    return { changes }
  })
}

/** Says how much a schema asks for; throws UNSAFE_CHANGES where that is found without walking large tables. */
function workFor(reader: Reader, schema: Schema): "none" | "small" | "large" {
  const from = appliedSchema(reader)
  // What they hold is compared, not what changed in the schema: another version of Alyx defines other indexes.
  const outdated = [...schema.collections.values()].filter((collection) => {
    const before = from.collections.get(collection.name)
    return before !== undefined && !tableIsCurrent(reader, before, collection)
  })
  const rowCount = outdated.reduce((sum, { name }) => sum + largestRowCount(reader, name), 0)
  if (rowCount > largeTableRowCount) return "large"
  const { changes } = requireApplicable(planFrom(reader, schema))
  const isCurrent = readMeta(reader, "schema") === JSON.stringify(schemaToJson(schema))
  return changes.length === 0 && outdated.length === 0 && isCurrent ? "none" : "small"
}

/** Returns the schema that the database was last brought to; one without collections when it is new. */
export function readAppliedSchema(database: Pick<Database, "read">): Schema {
  return database.read(appliedSchema)
}
