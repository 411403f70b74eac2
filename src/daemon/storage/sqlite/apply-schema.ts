import { alyxError } from "../../../errors.ts"
import type { Problem } from "../../../errors.ts"
import type { Clock } from "../../../lib/clock.ts"
import type { Schema } from "../../../schema/schema.ts"
import { schemaToJson } from "../../../schema/schema-json.ts"
import { sqlQuery } from "../database.ts"
import type { Database, Reader } from "../database.ts"
import { readMeta, writeMeta } from "../meta.ts"
import { changeTable, createTable } from "./change-table.ts"
import { inMigrationTransaction } from "./migration-transaction.ts"
import { appliedSchema, planFrom } from "./plan-schema.ts"
import type { SchemaPlan } from "./plan-schema.ts"
import { dropOutdatedObjects, objectsAreCurrent } from "./present-objects.ts"
import { quoteName } from "./sql-text.ts"
import type { SqliteConnection } from "./sqlite-connection.ts"
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
}

/**
 * Brings the database to a schema in one transaction, if nothing is lost by it: else throws UNSAFE_CHANGES with every
 * change that stands in the way and what to do, and leaves all as it is. Writes wait meanwhile; reads go on.
 */
export async function applySchema(
  database: SqliteDatabase,
  schema: Schema,
  { clock, onApplied }: ApplyOptions,
): Promise<AppliedChanges> {
  const plan = requireApplicable(database.read((reader) => planFrom(reader, schema)))
  const text = JSON.stringify(schemaToJson(schema))
  if (plan.changes.length === 0 && database.read((reader) => isCurrent(reader, schema, text))) {
    onApplied?.()
    return { changes: [] }
  }
  return database.exclusive((connection) => {
    const applied = inMigrationTransaction(connection, () => {
      // Writes have been let in since the first plan, so it is made again on what is there now.
      const { from, changes } = requireApplicable(planFrom(connection, schema))
      const now = new Date(clock.now())
      changeTables(connection, { from, to: schema, now })
      const lines = changes.map((change) => change.message)
      if (lines.length > 0) recordMigration(connection, { schema, lines, now })
      writeMeta(connection, "schema", text)
      return { changes: lines }
    })
    onApplied?.()
    return applied
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

function requireApplicable(plan: SchemaPlan): SchemaPlan {
  if (plan.problems.length > 0) throw unsafeChanges(plan.problems)
  return plan
}

function unsafeChanges(problems: readonly Problem[]): Error {
  const count = problems.length === 1 ? "One change" : `${problems.length} changes`
  return alyxError("UNSAFE_CHANGES", {
    message: `${count} of the schema cannot be applied without losing or breaking data; nothing was applied.`,
    next: "Follow the advice of each change. In development, deleting the database also gives a fresh start.",
    problems,
  })
}

/** Old indexes and triggers go first, everywhere, so that a name may move from one collection to another. */
function changeTables(
  connection: SqliteConnection,
  { from, to, now }: { readonly from: Schema; readonly to: Schema; readonly now: Date },
): void {
  for (const collection of to.collections.values()) {
    const before = from.collections.get(collection.name)
    if (before !== undefined) dropOutdatedObjects(connection, before, collection)
  }
  for (const collection of to.collections.values()) {
    const before = from.collections.get(collection.name)
    if (before === undefined) createTable(connection, collection)
    else if (changeTable(connection, { from: before, to: collection, now }) === "rebuild") {
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
  const last = connection.get(sqlQuery<{ id: number }>("SELECT coalesce(max(id), 0) AS id FROM _alyx_migrations"))
  const id = (last?.id ?? 0) + 1
  const name = lines.length === 1 ? lines[0]! : `${lines[0]} and ${lines.length - 1} more`
  connection.run(
    sqlQuery(
      "INSERT INTO _alyx_migrations (id, version, name, checksum, changes, applied_at) VALUES (?, ?, ?, ?, ?, ?)",
      [id, `schema-${id}`, name, schema.hash, JSON.stringify(lines), now],
    ),
  )
}
