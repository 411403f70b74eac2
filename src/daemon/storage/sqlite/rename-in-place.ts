import { quoteName } from "../../../lib/sql-name.ts"
import type { TableEffect } from "../../../schema/migrations/operation-effect.ts"
import type { Schema } from "../../../schema/schema.ts"
import { sqlQuery } from "../database.ts"
import { defineTable } from "./ddl.ts"
import { unsafeChanges } from "./migration-refusal.ts"
import type { SqliteConnection } from "./sqlite-connection.ts"

/**
 * Lets SQLite rename tables and columns, which carries the new name into views, indexes and triggers that another
 * program made. Without such objects nothing is done: the rebuild that follows gives everything of ours its new name.
 */
export function renameInPlace(connection: SqliteConnection, before: Schema, tables: readonly TableEffect[]): void {
  const statements = tables.flatMap(renameStatements)
  if (statements.length === 0 || !hasOthersObjects(connection, before)) return
  connection.execute("PRAGMA legacy_alter_table = OFF")
  try {
    for (const sql of statements) connection.execute(sql)
  } catch (error) {
    throw unsafeChanges([
      {
        code: "OTHER_OBJECT",
        message: `A view, an index or a trigger that another program made stands in the way of a rename: ${String(error)}.`,
        next: "Drop it first, and make it anew afterwards.",
      },
    ])
  } finally {
    connection.execute("PRAGMA legacy_alter_table = ON")
  }
}

function renameStatements({ from, to, sources }: TableEffect): readonly string[] {
  const columns = [...sources].flatMap(([name, source]) =>
    source.kind === "column" && source.name !== name
      ? [`ALTER TABLE ${quoteName(from)} RENAME COLUMN ${quoteName(source.name)} TO ${quoteName(name)}`]
      : [],
  )
  return from === to ? columns : [...columns, `ALTER TABLE ${quoteName(from)} RENAME TO ${quoteName(to)}`]
}

function hasOthersObjects(connection: SqliteConnection, schema: Schema): boolean {
  const definitions = [...schema.collections.values()].map(defineTable)
  const ours = new Set(
    definitions.flatMap(({ indexes, triggers }) => [...indexes, ...triggers].map(({ name }) => name)),
  )
  const present = connection.all<{ name: string }>(
    sqlQuery("SELECT name FROM sqlite_schema WHERE type IN ('index', 'trigger', 'view') AND sql IS NOT NULL"),
  )
  return present.some(({ name }) => !ours.has(name) && !name.startsWith("_alyx_"))
}
