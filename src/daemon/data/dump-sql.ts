import { quoteName } from "../../lib/sql-name.ts"
import { sqlQuery } from "../storage/database.ts"
import type { Reader } from "../storage/database.ts"
import { passingTables } from "./account-rows.ts"
import { sqlEndMark } from "./dump-end.ts"
import type { DumpSource } from "./dump-source.ts"
import type { TextOutput } from "./process-streams.ts"

/** Begins the first line: a restore knows the script by it. */
export const sqlDumpMark = "-- A dump by Alyx"

/** System tables whose rows stay out: they belong to the database that they were written in. */
const withoutRows: ReadonlySet<string> = new Set(passingTables)

/**
 * Writes a script that SQLite's own program loads: tables, then rows, then indexes and triggers, which would otherwise
 * fill the log of changes.
 */
export function writeSqlDump({ reader, head, collections }: DumpSource, output: TextOutput): void {
  const names = [...systemTableNames(reader), ...collections.map(({ name }) => name)]
  output.write(`${sqlDumpMark} ${head.alyx}, ${head.at}\n`)
  // Older versions of SQLite take a json field without a value for one with a wrong value.
  output.write("PRAGMA ignore_check_constraints = ON;\n")
  output.write(`PRAGMA foreign_keys = OFF;\nPRAGMA application_id = ${applicationId(reader)};\nBEGIN;\n`)
  for (const name of names) for (const sql of objectsOf(reader, name, "table")) output.write(`${sql};\n`)
  let documentCount = 0
  for (const name of names) {
    if (withoutRows.has(name)) continue
    const count = writeRows(reader, name, output)
    if (!name.startsWith("_alyx_")) documentCount += count
  }
  writeSequences(reader, new Set(names), output)
  for (const name of names) for (const sql of objectsOf(reader, name, "index")) output.write(`${sql};\n`)
  for (const name of names) for (const sql of objectsOf(reader, name, "trigger")) output.write(`${sql};\n`)
  output.write(`COMMIT;\n${sqlEndMark}${documentCount}\n`)
}

function systemTableNames(reader: Reader): readonly string[] {
  const sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB '_alyx_*' ORDER BY rowid"
  return reader.all(sqlQuery<{ name: string }>(sql)).map(({ name }) => name)
}

function applicationId(reader: Reader): number {
  return reader.get(sqlQuery<{ application_id: number }>("PRAGMA application_id"))?.application_id ?? 0
}

function objectsOf(reader: Reader, table: string, type: "table" | "index" | "trigger"): readonly string[] {
  const sql = "SELECT sql FROM sqlite_schema WHERE tbl_name = ? AND type = ? AND sql IS NOT NULL ORDER BY rowid"
  return reader.all(sqlQuery<{ sql: string }>(sql, [table, type])).map((object) => object.sql)
}

/** SQLite writes the values itself: its quote() loses nothing of a number. Returns how many rows there are. */
function writeRows(reader: Reader, table: string, output: TextOutput): number {
  const columns = reader.all(sqlQuery<{ name: string }>(`PRAGMA table_info(${quoteName(table)})`))
  const names = columns.map(({ name }) => quoteName(name))
  const order = table.startsWith("_alyx_") ? "" : " ORDER BY rowid"
  const values = joined(names.map((name) => `quote(${name})`))
  const begin = `INSERT INTO ${quoteName(table)} (${names.join(", ")}) VALUES (`
  const query = sqlQuery<{ text: string }>(`SELECT ${values} AS text FROM ${quoteName(table)}${order}`)
  let count = 0
  for (const { text } of reader.iterate(query)) {
    output.write(`${begin}${text});\n`)
    count += 1
  }
  return count
}

/** A chain of 500 operators would be as deep for SQLite; a function takes them side by side. */
function joined(values: readonly string[]): string {
  return `concat_ws(', ', ${values.join(", ")})`
}

function writeSequences(reader: Reader, names: ReadonlySet<string>, output: TextOutput): void {
  output.write("DELETE FROM sqlite_sequence;\n")
  for (const { name, seq } of reader.all(
    sqlQuery<{ name: string; seq: number }>("SELECT name, seq FROM sqlite_sequence"),
  )) {
    if (!names.has(name) || withoutRows.has(name)) continue
    output.write(`INSERT INTO sqlite_sequence (name, seq) VALUES ('${name.replaceAll("'", "''")}', ${seq});\n`)
  }
}
