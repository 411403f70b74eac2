import { isAlyxError } from "../../errors.ts"
import { quoteName } from "../../lib/sql-name.ts"
import { jsonObjectSql } from "../records/sql-text.ts"
import { sqlQuery } from "../storage/database.ts"
import type { Reader, SqlValue } from "../storage/database.ts"
import type { SqliteConnection } from "../storage/sqlite/sqlite-connection.ts"
import { invalidDump } from "./invalid-dump.ts"
import type { DumpPlace } from "./invalid-dump.ts"

/**
 * What of the accounts belongs to the data: who there is, with the hash of the password, and what else they sign in with.
 * Sessions, codes and mails end with the database that they were made in. In the order in which they are written.
 */
export const accountTables = ["_alyx_users", "_alyx_oauth_accounts", "_alyx_api_keys"] as const

/** System tables whose rows are in no dump, and in no restored database. */
export const passingTables = [
  "_alyx_changes",
  "_alyx_displaced",
  "_alyx_sessions",
  "_alyx_refresh_tokens",
  "_alyx_auth_codes",
  "_alyx_mails",
] as const

/** True for what a dump holds beside documents. */
export function isAccountTable(name: string): boolean {
  return accountTables.some((table) => table === name)
}

/** The rows of such a table as JSON texts; none where the database is older than accounts. */
export function* accountRowsOf(reader: Reader, table: string): Generator<string> {
  const names = columnsOf(reader, table)
  if (names.length === 0) return
  const row = jsonObjectSql(names.map((name) => ({ name, valueSql: quoteName(name) })))
  for (const { doc } of reader.iterate(sqlQuery<{ doc: string }>(`SELECT ${row} AS doc FROM ${quoteName(table)}`))) {
    yield doc
  }
}

/** Inserts one row as a dump has it; throws RESTORE_INVALID with its place when it does not fit. */
export function insertAccountRow(connection: SqliteConnection, table: string, data: unknown, place: DumpPlace): void {
  if (typeof data !== "object" || data === null || Array.isArray(data)) {
    throw invalidDump(place, `A row of ${table} must be an object of columns.`)
  }
  const known = columnsOf(connection, table)
  const entries = Object.entries(data as Record<string, unknown>)
  const unknown = entries.find(([name]) => !known.includes(name))
  if (unknown !== undefined) throw invalidDump(place, `${table} has no column ${unknown[0].slice(0, 100)}.`)
  const unfit = entries.find(([, value]) => !isPlain(value))
  if (unfit !== undefined) throw invalidDump(place, `${table}.${unfit[0]} must be a text, a number or null.`)
  const names = entries.map(([name]) => quoteName(name)).join(", ")
  const sql = `INSERT INTO ${quoteName(table)} (${names}) VALUES (${entries.map(() => "?").join(", ")})`
  try {
    connection.run(
      sqlQuery(
        sql,
        entries.map(([, value]) => value as SqlValue),
      ),
    )
  } catch (error) {
    if (!isAlyxError(error) || error.status >= 500) throw error
    throw invalidDump(place, `The row of ${table} does not fit: ${error.message}`, error)
  }
}

/** Leaves out what belongs to the database that the rows were made in. */
export function dropPassingRows(connection: SqliteConnection): void {
  for (const table of passingTables) {
    if (columnsOf(connection, table).length > 0) connection.execute(`DELETE FROM ${quoteName(table)}`)
  }
}

function columnsOf(reader: Reader, table: string): readonly string[] {
  const columns = reader.all(sqlQuery<{ name: string }>("SELECT name FROM pragma_table_info(?)", [table]))
  return columns.map(({ name }) => name)
}

function isPlain(value: unknown): boolean {
  return value === null || typeof value === "string" || Number.isFinite(value)
}
