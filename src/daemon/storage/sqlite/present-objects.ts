import type { Collection } from "../../../schema/schema.ts"
import { sqlQuery } from "../database.ts"
import type { Reader } from "../database.ts"
import { defineTable } from "./ddl.ts"
import type { TableObject } from "./ddl.ts"
import type { SqliteConnection } from "./sqlite-connection.ts"
import { quoteName } from "../../../lib/sql-name.ts"

/** An index or a trigger as the database has it. */
export interface PresentObject extends TableObject {
  readonly type: "index" | "trigger"
}

/** The names of all tables of the file; another program may have dropped one that Alyx made. */
export function presentTables(reader: Reader): ReadonlySet<string> {
  const tables = reader.all(sqlQuery<{ name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table'"))
  return new Set(tables.map(({ name }) => name))
}

/** The indexes and triggers that a table has now, without those that SQLite makes for its keys. */
export function presentObjects(reader: Reader, table: string): readonly PresentObject[] {
  const sql =
    "SELECT type, name, sql FROM sqlite_schema WHERE tbl_name = ? AND type IN ('index', 'trigger') AND sql IS NOT NULL"
  return reader.all(sqlQuery<PresentObject>(sql, [table]))
}

/** Drops the indexes and triggers of a table that Alyx made and that the next definition does not have like that. */
export function dropOutdatedObjects(connection: SqliteConnection, from: Collection, to: Collection): void {
  for (const { type, name } of outdatedObjects(connection, from, to)) {
    connection.execute(`DROP ${type.toUpperCase()} ${quoteName(name)}`)
  }
}

/** Whether every index and trigger is there as it should be; not so after a change by hand, or of Alyx itself. */
export function objectsAreCurrent(reader: Reader, from: Collection, to: Collection): boolean {
  const table = defineTable(to)
  const present = new Set(presentObjects(reader, from.name).map((object) => object.name))
  return (
    [...table.indexes, ...table.triggers].every((object) => present.has(object.name)) &&
    outdatedObjects(reader, from, to).length === 0
  )
}

function outdatedObjects(reader: Reader, from: Collection, to: Collection): readonly PresentObject[] {
  const before = defineTable(from)
  const after = defineTable(to)
  const wanted = new Map([...after.indexes, ...after.triggers].map((object) => [object.name, object.sql]))
  const ours = new Set([...wanted.keys(), ...[...before.indexes, ...before.triggers].map((object) => object.name)])
  return presentObjects(reader, from.name)
    .filter(({ name }) => ours.has(name) || name.startsWith("_alyx_"))
    .filter(({ name, sql }) => wanted.get(name) !== sql)
}
