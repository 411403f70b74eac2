import { constants } from "node:sqlite"

import type { Reader } from "../database.ts"
import { ConsoleConnection } from "./console-connection.ts"
import { consoleRule } from "./console-rules.ts"
import type { ConsoleRights, ConsoleRule } from "./console-rules.ts"
import { openPlainConnection } from "./open-connection.ts"
import { rowActions } from "./sql-actions.ts"
import { largestRowCount, largeTableRowCount } from "./table-size.ts"

/** What a statement of a function would do. */
export interface JudgedStatement {
  /** The tables that it names. */
  readonly tables: ReadonlySet<string>
  /** How often it goes through rows of which nobody knows how many there are; infinite for a recursion. */
  readonly walkCount: number
}

/**
 * Judges a statement of a privileged function, without running it: it looks at documents, or changes them, and does
 * nothing else. Throws QUERY_INVALID or QUERY_REFUSED.
 */
export function judgeStatement(path: string, sql: string, rights: "read" | "write"): JudgedStatement {
  const tables = new Set<string>()
  let isRecursive = false
  const ours = functionRule(rights)
  const rule: ConsoleRule = (action, first, second, source) => {
    if (action === constants.SQLITE_RECURSIVE) isRecursive = true
    const names = action === constants.SQLITE_READ || rowActions.has(action)
    if (names && first !== null && source === null) tables.add(first)
    return ours(action, first, second, source)
  }
  const connection = new ConsoleConnection(openPlainConnection(path, { readOnly: true }), rights, rule)
  try {
    connection.prepare(sql)
    const walkCount = walksOf(connection, sql)
    return { tables, walkCount: isRecursive ? Infinity : walkCount }
  } finally {
    connection.close()
  }
}

function functionRule(rights: Extract<ConsoleRights, "read" | "write">): ConsoleRule {
  const console = consoleRule(rights)
  return (action, first, second, source) => {
    if (action === constants.SQLITE_PRAGMA) return "PRAGMA is not for functions."
    if (rights === "read" && rowActions.has(action)) return "A query only reads; use exec to change documents."
    const isOwnTable = /^_alyx_/i.test(first ?? "")
    if (action === constants.SQLITE_READ && isOwnTable && !(rights === "write" && readsLog(first, source)))
      return `${first} belongs to Alyx itself.`
    return console(action, first, second, source)
  }
}

/** The triggers of the change log look into it. A name in a WITH clause may pretend to be one; the log holds no secret of Alyx. */
function readsLog(table: string | null, source: string | null): boolean {
  if (table !== "_alyx_changes" && table !== "_alyx_displaced") return false
  return source !== null && /^_alyx_(?:(?:before_)?(?:insert|update)|delete)_/.test(source)
}

/**
 * Whether a statement is sure to end soon, so that it may run where others wait: it finds rows by unique keys, or walks
 * through one small table. SQLite cannot be interrupted.
 */
export function isBriefStatement(reader: Reader, { tables, walkCount }: JudgedStatement): boolean {
  if (walkCount === 0) return true
  return walkCount === 1 && [...tables].every((table) => largestRowCount(reader, table) <= largeTableRowCount)
}

function walksOf(connection: ConsoleConnection, sql: string): number {
  const steps = [...connection.prepare(`EXPLAIN QUERY PLAN ${sql}`).rows()].map((row) => String(row[3]))
  const loops = steps.filter((detail) => /^(?:SCAN|SEARCH) /.test(detail))
  return loops.filter((detail) => !uniqueSearch.test(detail) && !constantRows.test(detail)).length
}

/** What stands in the statement itself. */
const constantRows = /^SCAN (?:\d+ )?CONSTANT ROWS?$/

/** At most one row for each that comes before it. */
const uniqueSearch =
  /^SEARCH \S+ USING (?:INTEGER PRIMARY KEY \(rowid=\?\)|(?:COVERING )?INDEX sqlite_autoindex_\S+ \(\w+=\?\))$/
