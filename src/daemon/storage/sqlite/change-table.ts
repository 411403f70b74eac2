import type { OnProgress } from "../../../protocol/progress.ts"
import type { Collection, Field } from "../../../schema/schema.ts"
import type { Reader } from "../database.ts"
import { createTableSql, defineTable } from "./ddl.ts"
import type { TableDefinition } from "./ddl.ts"
import { makeObjects } from "./make-objects.ts"
import { objectsAreCurrent, presentObjects } from "./present-objects.ts"
import { rebuildTable } from "./rebuild-table.ts"
import type { SqliteConnection } from "./sqlite-connection.ts"
import { quoteName } from "../../../lib/sql-name.ts"

/** How the columns of a table get from one definition to the next: added ones alone need no copy of the rows. */
export type ColumnChange = "none" | "add-columns" | "rebuild"

/** What changeTable is told. */
export interface TableChangeOptions {
  readonly from: Collection
  readonly to: Collection
  readonly now: Date
  readonly onProgress: OnProgress
}

/** Makes the table, indexes and triggers of a new collection. */
export function createTable(connection: SqliteConnection, collection: Collection): void {
  const table = defineTable(collection)
  connection.define(createTableSql(table))
  for (const object of [...table.indexes, ...table.triggers]) connection.define(object.sql)
}

/**
 * Brings the columns of a collection's table, then its indexes and triggers, to the next definition. The caller holds
 * the transaction, with foreign keys off, has made sure that no row is lost, and has dropped outdated objects.
 */
export function changeTable(
  connection: SqliteConnection,
  { from, to, now, onProgress }: TableChangeOptions,
): ColumnChange {
  const before = defineTable(from)
  const after = defineTable(to)
  const change = columnChange(before, after, to)
  if (change === "rebuild") {
    rebuildTable(connection, { from, to, now, onProgress })
    return change
  }
  for (const [name, definition] of after.columns) {
    if (!before.columns.has(name)) connection.define(`ALTER TABLE ${quoteName(to.name)} ADD COLUMN ${definition}`)
  }
  const present = new Set(presentObjects(connection, to.name).map((object) => object.name))
  const made = [...after.indexes, ...after.triggers].filter(({ name }) => !present.has(name))
  makeObjects(connection, { collection: to, made, others: [], onProgress })
  return change
}

/** Whether a table is as a collection wants it, with its indexes and triggers, so that nothing has to be changed. */
export function tableIsCurrent(reader: Reader, from: Collection, to: Collection): boolean {
  return columnChange(defineTable(from), defineTable(to), to) === "none" && objectsAreCurrent(reader, from, to)
}

/** Decides how the columns of a table have to be changed. */
export function columnChange(before: TableDefinition, after: TableDefinition, to: Collection): ColumnChange {
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
