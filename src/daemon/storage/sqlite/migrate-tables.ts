import { alyxError } from "../../../errors.ts"
import type { Problem } from "../../../errors.ts"
import type { Schema } from "../../../schema/schema.ts"
import { schemaToJson } from "../../../schema/schema-json.ts"
import { sqlQuery } from "../database.ts"
import { writeMeta } from "../meta.ts"
import { systemTables } from "../system-tables.ts"
import { changeTable, createTable } from "./change-table.ts"
import { planFrom } from "./plan-schema.ts"
import type { SchemaPlan } from "./plan-schema.ts"
import { dropOutdatedObjects } from "./present-objects.ts"
import { quoteName } from "../../../lib/sql-name.ts"
import type { SqliteConnection } from "./sqlite-connection.ts"

/** What a migration is told. */
export interface MigrationOptions {
  readonly schema: Schema
  readonly now: Date
  /** Called with a line before each part of the work. */
  readonly onProgress: (message: string) => void
}

/**
 * Brings the tables to a schema and writes the history, within a transaction that the caller holds, with foreign keys
 * off. Throws UNSAFE_CHANGES when something would be lost. Returns a line for each change.
 */
export function migrateTables(connection: SqliteConnection, options: MigrationOptions): readonly string[] {
  const { schema, now } = options
  const { from, changes } = requireApplicable(planFrom(connection, schema))
  changeTables(connection, from, options)
  const lines = changes.map((change) => change.message)
  if (lines.length > 0) recordMigration(connection, { schema, lines, now })
  writeMeta(connection, "schema", JSON.stringify(schemaToJson(schema)))
  return lines
}

/** Returns the plan, or throws UNSAFE_CHANGES with all of its problems. */
export function requireApplicable(plan: SchemaPlan): SchemaPlan {
  if (plan.problems.length > 0) throw unsafeChanges(plan.problems)
  return plan
}

function unsafeChanges(problems: readonly Problem[]): Error {
  const count = problems.length === 1 ? "One change" : `${problems.length} changes`
  return alyxError("UNSAFE_CHANGES", {
    message: `${count} of the schema cannot be applied without losing or breaking data; nothing was applied.`,
    next: "Put the old definition back, or follow the advice of each change. Migration files come with the next version; until then another database.path, or deleting the database, gives a fresh start.",
    problems,
  })
}

/** Old indexes and triggers go first, everywhere, so that a name may move from one collection to another. */
function changeTables(
  connection: SqliteConnection,
  from: Schema,
  { schema: to, now, onProgress }: MigrationOptions,
): void {
  for (const collection of to.collections.values()) {
    const before = from.collections.get(collection.name)
    if (before !== undefined) dropOutdatedObjects(connection, before, collection)
  }
  for (const collection of to.collections.values()) {
    const before = from.collections.get(collection.name)
    if (before === undefined) createTable(connection, collection)
    else if (changeTable(connection, { from: before, to: collection, now, onProgress }) === "rebuild") {
      requireReferences(connection, collection.name)
    }
  }
}

/** Rows that pointed to nothing before, since another program wrote them, would stay unnoticed in a rebuilt table. */
function requireReferences(connection: SqliteConnection, table: string): void {
  const broken = connection.all(sqlQuery(`PRAGMA foreign_key_check(${quoteName(table)})`))
  if (broken.length === 0) return
  throw unsafeChanges([
    {
      code: "BROKEN_REFERENCE",
      message: `${broken.length} documents of ${table} point to documents of ${String(broken[0]!["parent"])} that do not exist.`,
      next: `Delete them or mend their references: PRAGMA foreign_key_check("${table}") lists them by rowid.`,
    },
  ])
}

function recordMigration(
  connection: SqliteConnection,
  { schema, lines, now }: { readonly schema: Schema; readonly lines: readonly string[]; readonly now: Date },
): void {
  const history = systemTables.selectFrom("_alyx_migrations").select((row) => row.fn.max("id").as("last"))
  const id = (connection.get(history.compile())?.last ?? 0) + 1
  const name = lines.length === 1 ? lines[0]! : `${lines[0]} and ${lines.length - 1} more`
  const changes = JSON.stringify(lines)
  const row = { id, version: `schema-${id}`, name, checksum: schema.hash, changes, applied_at: now.toISOString() }
  connection.run(systemTables.insertInto("_alyx_migrations").values(row).compile())
}
