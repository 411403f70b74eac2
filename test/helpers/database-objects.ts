import { DatabaseSync } from "node:sqlite"

import { applySchema } from "../../src/daemon/storage/sqlite/apply-schema.ts"
import type { Schema } from "../../src/schema/schema.ts"
import { openTempDatabase } from "../daemon/storage/open-temp-database.ts"

/** All that SQLite holds besides rows, sorted by name: equal for databases of equal schemas, however they came about. */
export interface DatabaseObjects {
  readonly tables: readonly unknown[]
  readonly indexes: readonly unknown[]
  readonly triggers: readonly unknown[]
  readonly views: readonly unknown[]
}

/** Reads the objects of a database file: columns, checks, indexes, foreign keys, triggers. */
export function databaseObjects(file: string): DatabaseObjects {
  const database = new DatabaseSync(file, { readOnly: true })
  try {
    const rows = (sql: string): Record<string, unknown>[] =>
      database
        .prepare(sql)
        .all()
        .map((row) => ({ ...row }))
    const named = (type: string): { name: string; tbl_name: string; sql: string | null }[] =>
      rows(`SELECT name, tbl_name, sql FROM sqlite_schema WHERE type = '${type}' ORDER BY name`) as never
    return {
      tables: named("table").map(({ name, sql }) => ({
        name,
        columns: withoutPlace(rows(`PRAGMA table_xinfo("${name}")`), "cid").toSorted(byText),
        foreignKeys: withoutPlace(rows(`PRAGMA foreign_key_list("${name}")`), "id", "seq").toSorted(byText),
        checks: checksOf(sql ?? ""),
      })),
      indexes: named("table").flatMap(({ name: table }) =>
        withoutPlace(rows(`PRAGMA index_list("${table}")`), "seq")
          .map((index) => ({
            table,
            ...index,
            columns: indexColumns(rows(`PRAGMA index_xinfo("${String(index["name"])}")`)),
          }))
          .toSorted(byText),
      ),
      triggers: named("trigger"),
      views: named("view"),
    }
  } finally {
    database.close()
  }
}

/** The objects of a fresh database that is made from a schema. */
export async function objectsOfSchema(schema: Schema): Promise<DatabaseObjects> {
  const temp = await openTempDatabase()
  try {
    await applySchema(temp.database, schema, { clock: { now: () => Date.now() } })
    return databaseObjects(temp.path)
  } finally {
    await temp.remove()
  }
}

/** The order of columns has no meaning, and differs between a table that grew and one that was made at once. */
function withoutPlace(rows: readonly Record<string, unknown>[], ...keys: string[]): Record<string, unknown>[] {
  return rows.map((row) => Object.fromEntries(Object.entries(row).filter(([key]) => !keys.includes(key))))
}

/** The columns in the order of the index, by name: their numbers depend on the order of the table's columns. */
function indexColumns(rows: readonly Record<string, unknown>[]): readonly unknown[] {
  return rows.filter((row) => row["key"] === 1).map(({ name, desc, coll }) => ({ name, desc, coll }))
}

/** Every CHECK with its name, and AUTOINCREMENT and STRICT: what no pragma tells. */
function checksOf(sql: string): readonly string[] {
  const columns = sql.slice(sql.indexOf("(") + 1, sql.lastIndexOf(")"))
  return [...splitColumns(columns), sql.slice(sql.lastIndexOf(")") + 1).trim()].toSorted()
}

function splitColumns(text: string): readonly string[] {
  const parts: string[] = []
  let depth = 0
  let quote = ""
  let start = 0
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at]!
    if (quote !== "") {
      if (letter === quote) quote = ""
    } else if (letter === "'" || letter === '"') quote = letter
    else if (letter === "(") depth += 1
    else if (letter === ")") depth -= 1
    else if (letter === "," && depth === 0) {
      parts.push(text.slice(start, at).trim())
      start = at + 1
    }
  }
  return [...parts, text.slice(start).trim()]
}

function byText(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1
}
