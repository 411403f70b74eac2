import { sqlQuery } from "../storage/database.ts"
import type { Reader } from "../storage/database.ts"
import { damaged } from "./damaged.ts"

/** What a file may hold besides the tables and indexes of its schema; SQLite parses all of it at each opening. */
const rowCountMax = 50_000

/** A row of sqlite_schema that says of itself what it is. */
export interface SchemaRow {
  readonly type: "table" | "virtual table" | "index" | "trigger" | "view"
  readonly name: string
  /** The table that it belongs to. */
  readonly table: string
  readonly sql: string
}

interface StoredRow {
  readonly type: unknown
  readonly name: unknown
  readonly tbl_name: unknown
  readonly sql: unknown
}

/** SQLite's own tables, as SQLite makes them. */
const tablesOfSqlite: ReadonlyMap<unknown, string> = new Map([
  ["sqlite_sequence", "CREATE TABLE sqlite_sequence(name,seq)"],
  ["sqlite_stat1", "CREATE TABLE sqlite_stat1(tbl,idx,stat)"],
  ["sqlite_stat4", "CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)"],
])

/**
 * What a file defines. SQLite goes by the statement of a row alone, so that one that says otherwise in its other columns
 * was made to hide what it is.
 */
export function readSchemaRows(reader: Reader): readonly SchemaRow[] {
  const sql = `SELECT type, name, tbl_name, sql FROM sqlite_schema LIMIT ${rowCountMax + 1}`
  const stored = reader.all(sqlQuery<StoredRow>(sql))
  if (stored.length > rowCountMax) throw damaged(`it has more than ${rowCountMax} tables, indexes, triggers and views`)
  return stored.filter((row) => !isOfSqlite(row)).map(honestRow)
}

function isOfSqlite({ type, name, sql }: StoredRow): boolean {
  if (sql === null) return type === "index" && String(name).startsWith("sqlite_autoindex_")
  return type === "table" && tablesOfSqlite.get(name) === sql
}

const headRegExp =
  /^CREATE (TABLE|VIRTUAL TABLE|INDEX|UNIQUE INDEX|TRIGGER|VIEW) ("(?:[^"]|"")+"|'(?:[^']|'')+'|`(?:[^`]|``)+`|\[[^\]]+\]|[\w$\u0080-\u{10ffff}]+)/u

function honestRow({ type, name, tbl_name: table, sql }: StoredRow): SchemaRow {
  const [, kind, written = ""] = headRegExp.exec(String(sql)) ?? []
  const said = kind?.toLowerCase().replace("unique ", "") as SchemaRow["type"] | undefined
  const isHonest =
    said !== undefined &&
    (said === "virtual table" ? "table" : said) === type &&
    unquoted(written) === name &&
    typeof table === "string" &&
    (type === "index" || type === "trigger" || table === name)
  if (!isHonest) throw damaged(`a row of sqlite_schema is not what it says (${String(name).slice(0, 100)})`)
  return { type: said, name, table, sql: String(sql) }
}

function unquoted(name: string): string {
  const quote = name.charAt(0)
  if (quote === "[") return name.slice(1, -1)
  return `"'\``.includes(quote) ? name.slice(1, -1).replaceAll(quote + quote, quote) : name
}
