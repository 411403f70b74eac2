import { quoteName } from "../../lib/sql-name.ts"
import type { Schema } from "../../schema/schema.ts"
import { sqlQuery } from "../storage/database.ts"
import type { Reader } from "../storage/database.ts"
import { defineTable } from "../storage/sqlite/ddl.ts"
import { migrateSystemTables } from "../storage/sqlite/migrate-system.ts"
import type { SqliteConnection } from "../storage/sqlite/sqlite-connection.ts"
import { allSystemMigrations } from "../storage/system-migrations/all-system-migrations.ts"
import { damaged } from "./damaged.ts"
import { readSchemaRows } from "./schema-rows.ts"
import type { SchemaRow } from "./schema-rows.ts"

/** Tables, indexes and views of other programs that a file may bring with it. */
const otherObjectCountMax = 1_000

/** Names that a notice lists; the rest is counted. */
const nameCountMax = 5

/**
 * The system tables must be those of Alyx to the letter, since the daemon writes to them whatever happens: nobody else's
 * checks, indexes or triggers. Looked at before anything is written to the file.
 */
export function requireSystemTables(reader: Reader, version: number, scratch: SqliteConnection): void {
  // Tables of a later version are not known here; that one is asked for.
  if (version > allSystemMigrations.length) return
  migrateSystemTables(scratch, allSystemMigrations.slice(0, version))
  const expected = new Map(readSchemaRows(scratch).map((row) => [row.name, folded(row.sql)]))
  for (const { type, name, table, sql } of readSchemaRows(reader)) {
    const isReserved = isOfAlyx(name) && (type === "table" || type === "virtual table" || type === "view")
    if (!(expected.has(table) || isReserved) || expected.get(name) === folded(sql)) continue
    const what = `the ${type} ${name.slice(0, 100)}`
    throw damaged(name === table ? `${what} is not one that Alyx makes` : `${what} is on the system table ${table}`)
  }
}

/**
 * Takes out what runs by itself: triggers that Alyx did not make, and indexes that work something out. Plain tables, views
 * and indexes of other programs stay. Returns what a person should know of it.
 */
export function leaveOutForeign(connection: SqliteConnection, schema: Schema): readonly string[] {
  const definitions = [...schema.collections.values()].map(defineTable)
  const ours = new Map(
    definitions.flatMap((table) => [...table.indexes, ...table.triggers].map((each) => [each.name, each.sql] as const)),
  )
  const tables = new Set(definitions.map(({ name }) => name))
  const others = readSchemaRows(connection).filter(
    ({ name, sql }) => ours.get(name) !== sql && !tables.has(name) && !isOfAlyx(name),
  )
  if (others.filter(({ type }) => type !== "trigger").length > otherObjectCountMax) {
    throw damaged(`it has more than ${otherObjectCountMax} tables, indexes and views of other programs`)
  }
  for (const row of others) requirePlainTable(connection, row)
  // What is on system tables was judged to the letter before.
  const dropped = readSchemaRows(connection).filter(
    (row) =>
      !isOfAlyx(row.table) &&
      ours.get(row.name) !== row.sql &&
      (row.type === "trigger" || !isPlainIndex(connection, row)),
  )
  for (const { type, name } of dropped) connection.define(`DROP ${type.toUpperCase()} ${quoteName(name)}`)
  const shown = dropped.filter(({ name }) => !isOfAlyx(name) && !ours.has(name))
  return shown.length === 0 ? [] : [leftOutNotice(shown)]
}

function leftOutNotice(rows: readonly SchemaRow[]): string {
  const names = rows.slice(0, nameCountMax).map(({ type, name }) => `the ${type} ${name.slice(0, 100)}`)
  const more = rows.length > nameCountMax ? ` and ${rows.length - nameCountMax} more` : ""
  return `Left out, since it would run by itself at writes: ${names.join(", ")}${more}.`
}

/** Columns in the order of SQLite's own collations: no expression, no condition. */
function isPlainIndex(reader: Reader, { type, name, table }: SchemaRow): boolean {
  if (type !== "index") return true
  const listed = sqlQuery<{ partial: number }>("SELECT partial FROM pragma_index_list(?) WHERE name = ?", [table, name])
  const index = reader.get(listed)
  if (index === undefined) throw damaged(`the index ${name.slice(0, 100)} is not on the table that it names`)
  if (index.partial !== 0) return false
  const columns = sqlQuery<{ cid: number; coll: string }>("SELECT cid, coll FROM pragma_index_xinfo(?)", [name])
  return reader.all(columns).every(({ cid, coll }) => cid !== expressionColumn && ownCollations.has(coll.toUpperCase()))
}

/** What index_xinfo calls a column that is none of the table's. */
const expressionColumn = -2

const ownCollations: ReadonlySet<string> = new Set(["BINARY", "NOCASE", "RTRIM"])

/**
 * Nothing of Alyx writes to another program's table, but SQLite may: when a row that it points to goes. So one that points
 * to others may not work anything out.
 */
function requirePlainTable(reader: Reader, { type, name, sql }: SchemaRow): void {
  if (type === "virtual table") {
    throw damaged(
      `it has the virtual table ${name.slice(0, 100)}, which is not restored: drop it in a copy of the file`,
    )
  }
  if (type !== "table") return
  const points = reader.get(sqlQuery("SELECT 1 FROM pragma_foreign_key_list(?) LIMIT 1", [name])) !== undefined
  if (!points) return
  const hidden = reader.get(sqlQuery("SELECT 1 FROM pragma_table_xinfo(?) WHERE hidden <> 0 LIMIT 1", [name]))
  if (hidden === undefined && !/\bCHECK\b|\bDEFAULT\s*\(/i.test(sql)) return
  const what = "points to other tables and has a CHECK, a default or a column that is worked out"
  throw damaged(`the table ${name.slice(0, 100)}, which Alyx did not make, ${what}: drop it in a copy of the file`)
}

function isOfAlyx(name: string): boolean {
  return /^_alyx_/i.test(name)
}

/** Programs that load a script may write its white space otherwise. */
function folded(sql: string): string {
  return sql.replaceAll(/\s+/g, " ").trim()
}
