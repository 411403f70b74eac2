import { quoteName } from "../../lib/sql-name.ts"
import type { Collection, Schema } from "../../schema/schema.ts"
import { sqlQuery } from "../storage/database.ts"
import type { Reader } from "../storage/database.ts"
import { createTableSql, defineTable } from "../storage/sqlite/ddl.ts"
import { dropOutdatedObjects, presentObjects } from "../storage/sqlite/present-objects.ts"
import type { SqliteConnection } from "../storage/sqlite/sqlite-connection.ts"
import { damaged } from "./damaged.ts"

interface ListedTable {
  readonly name: string
  readonly type: "table" | "view" | "virtual" | "shadow"
  readonly strict: number
}

interface Column {
  readonly name: string
  readonly type: string
  readonly notnull: number
  readonly pk: number
  readonly hidden: number
}

/** The tables of the file that hold rows of their own, with whether they are strict. */
export function plainTables(reader: Reader): ReadonlyMap<string, boolean> {
  const sql = "SELECT name, type, strict FROM pragma_table_list WHERE schema = 'main'"
  const tables = reader.all(sqlQuery<ListedTable>(sql)).filter(({ type }) => type === "table")
  return new Map(tables.map(({ name, strict }) => [name, strict === 1]))
}

/** Each collection must have the table that its schema makes; its columns may stand in any order. */
export function requireTables(reader: Reader, schema: Schema, scratch: SqliteConnection): void {
  const present = plainTables(reader)
  for (const collection of schema.collections.values()) {
    const { name } = collection
    if (!present.has(name)) throw damaged(`it has no table ${name}, which its schema names`)
    scratch.define(createTableSql(defineTable(collection)))
    const found = new Map(columnsOf(reader, name).map((column) => [column.name, column]))
    for (const expected of columnsOf(scratch, name)) {
      const column = found.get(expected.name)
      if (column === undefined) throw damaged(`its table ${name} has no column ${expected.name}`)
      if (!isSame(column, expected)) throw damaged(`the column ${expected.name} of its table ${name} is another one`)
    }
    if (present.get(name) !== true) throw damaged(`its table ${name} is not STRICT`)
  }
}

/** Makes indexes and triggers of Alyx as they should be; those that another program made stay. */
export function renewObjects(connection: SqliteConnection, collection: Collection): void {
  dropOutdatedObjects(connection, collection, collection)
  const present = new Set(presentObjects(connection, collection.name).map(({ name }) => name))
  const { indexes, triggers } = defineTable(collection)
  for (const { name, sql } of [...indexes, ...triggers]) if (!present.has(name)) connection.define(sql)
}

function columnsOf(reader: Reader, table: string): readonly Column[] {
  return reader.all(sqlQuery<Column>(`PRAGMA table_xinfo(${quoteName(table)})`))
}

function isSame(one: Column, other: Column): boolean {
  return (["type", "notnull", "pk", "hidden"] as const).every((key) => one[key] === other[key])
}
