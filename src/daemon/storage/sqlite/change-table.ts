import type { Collection, Field } from "../../../schema/schema.ts"
import { sqlQuery } from "../database.ts"
import { createTableSql, defineTable } from "./ddl.ts"
import type { TableDefinition, TableObject } from "./ddl.ts"
import { rebuildTable } from "./rebuild-table.ts"
import type { SqliteConnection } from "./sqlite-connection.ts"
import { quoteName } from "./sql-text.ts"

/** How a table gets from one collection to the next: added columns alone need no copy of the rows. */
export type TableChange = "none" | "add-columns" | "rebuild"

/** Makes the table, indexes and triggers of a new collection. */
export function createTable(connection: SqliteConnection, collection: Collection): void {
  const table = defineTable(collection)
  connection.execute(createTableSql(table))
  for (const object of [...table.indexes, ...table.triggers]) connection.execute(object.sql)
}

/**
 * Brings the table of a collection from one definition to the next; the caller holds the transaction, with foreign
 * keys off, and has made sure that no row is lost by it. Returns how it was done.
 */
export function changeTable(
  connection: SqliteConnection,
  { from, to, now }: { readonly from: Collection; readonly to: Collection; readonly now: Date },
): TableChange {
  const before = defineTable(from)
  const after = defineTable(to)
  const change = tableChange(before, after, to)
  if (change === "rebuild") {
    rebuildTable(connection, { before, after, from, to, now })
    return change
  }
  dropObjects(connection, "TRIGGER", before.triggers, after.triggers)
  dropObjects(connection, "INDEX", before.indexes, after.indexes)
  for (const [name, definition] of after.columns) {
    if (!before.columns.has(name)) connection.execute(`ALTER TABLE ${quoteName(to.name)} ADD COLUMN ${definition}`)
  }
  createObjects(connection, before.indexes, after.indexes)
  createObjects(connection, before.triggers, after.triggers)
  return change
}

/** Decides how a table has to be changed. */
export function tableChange(before: TableDefinition, after: TableDefinition, to: Collection): TableChange {
  for (const [name, definition] of before.columns) {
    if (after.columns.get(name) !== definition) return "rebuild"
  }
  const added = [...after.columns.keys()].filter((name) => !before.columns.has(name))
  if (added.some((name) => !canBeAdded(to.fields.get(name)!))) return "rebuild"
  return added.length > 0 ? "add-columns" : "none"
}

/** What ALTER TABLE ADD COLUMN can do: every existing row gets the same constant. */
function canBeAdded(field: Field): boolean {
  if (field.default === null) return field.nullable
  return field.default.kind === "literal" && field.references === null
}

/** Whether SQLite has something of this name already, such as a table that another program made. */
export function objectExists(connection: SqliteConnection, name: string): boolean {
  const query = sqlQuery("SELECT 1 FROM sqlite_schema WHERE name = ? COLLATE NOCASE", [name])
  return connection.get(query) !== undefined
}

function dropObjects(
  connection: SqliteConnection,
  kind: "TRIGGER" | "INDEX",
  before: readonly TableObject[],
  after: readonly TableObject[],
): void {
  const kept = new Set(after.map((object) => object.sql))
  for (const { name, sql } of before) {
    if (!kept.has(sql)) connection.execute(`DROP ${kind} IF EXISTS ${quoteName(name)}`)
  }
}

function createObjects(
  connection: SqliteConnection,
  before: readonly TableObject[],
  after: readonly TableObject[],
): void {
  const present = new Set(before.map((object) => object.sql))
  for (const { sql } of after) {
    if (!present.has(sql)) connection.execute(sql)
  }
}
