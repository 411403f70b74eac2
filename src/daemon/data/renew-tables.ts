import type { OnProgress } from "../../protocol/progress.ts"
import type { Collection, Schema } from "../../schema/schema.ts"
import { sqlQuery } from "../storage/database.ts"
import type { Reader } from "../storage/database.ts"
import { defineTable } from "../storage/sqlite/ddl.ts"
import { rebuildTable } from "../storage/sqlite/rebuild-table.ts"
import type { SqliteConnection } from "../storage/sqlite/sqlite-connection.ts"
import { damaged } from "./damaged.ts"
import { isPlainColumn, tableParts } from "./table-parts.ts"

/**
 * Makes each table anew that is not to the letter the one that its schema makes: an older version of Alyx may have written
 * it, or somebody who put a check or a column into it that would run at each write. Returns what a person should know.
 */
export function renewTables(
  connection: SqliteConnection,
  schema: Schema,
  { now, onProgress }: { readonly now: Date; readonly onProgress: OnProgress },
): readonly string[] {
  const outdated = [...schema.collections.values()].filter((collection) => !isCurrent(connection, collection))
  if (outdated.length === 0) return []
  // Views of other programs are not looked at while a table is away.
  connection.execute("PRAGMA legacy_alter_table = ON")
  for (const collection of outdated) {
    if (hasNoRowid(connection, collection.name)) throw damaged(`its table ${collection.name} is WITHOUT ROWID`)
    rebuildTable(connection, { from: collection, to: collection, now, onProgress })
  }
  connection.execute("PRAGMA legacy_alter_table = OFF")
  return outdated.map(({ name }) => `The table ${name} was not as its schema makes it; it was made anew.`)
}

function isCurrent(reader: Reader, collection: Collection): boolean {
  const sql = "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?"
  const parts = tableParts(reader.get(sqlQuery<{ sql: string }>(sql, [collection.name]))?.sql ?? "")
  if (parts === null) return false
  const expected = new Set(defineTable(collection).columns.values())
  const others = parts.filter((part) => !expected.has(part))
  return parts.length - others.length === expected.size && others.every(isPlainColumn)
}

function hasNoRowid(reader: Reader, table: string): boolean {
  const sql = "SELECT wr FROM pragma_table_list WHERE schema = 'main' AND name = ?"
  return reader.get(sqlQuery<{ wr: number }>(sql, [table]))?.wr !== 0
}
