import { constants } from "node:sqlite"

import { ConsoleConnection } from "./console-connection.ts"
import { consoleRule } from "./console-rules.ts"
import type { ConsoleRights, ConsoleRule } from "./console-rules.ts"
import { openPlainConnection } from "./open-connection.ts"
import { rowActions } from "./sql-actions.ts"
import type { SqliteConnection } from "./sqlite-connection.ts"
import { largestRowCount, largeTableRowCount } from "./table-size.ts"

/** What a statement of a function would do. */
export interface JudgedStatement {
  /** The tables that it names. */
  readonly tables: ReadonlySet<string>
  readonly isRecursive: boolean
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
    return { tables, isRecursive }
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
export function isBriefStatement(connection: SqliteConnection, sql: string, judged: JudgedStatement): boolean {
  if (judged.isRecursive) return false
  const steps = connection.once<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).map(({ detail }) => detail)
  const loops = steps.filter((detail) => /^(?:SCAN|SEARCH) /.test(detail))
  const open = loops.filter((detail) => !uniqueSearch.test(detail) && !constantRows.test(detail))
  if (open.length === 0) return true
  const isSmall = [...judged.tables].every((table) => largestRowCount(connection, table) <= largeTableRowCount)
  return open.length === 1 && isSmall
}

/** What stands in the statement itself. */
const constantRows = /^SCAN (?:\d+ )?CONSTANT ROWS?$/

/** At most one row for each that comes before it. */
const uniqueSearch =
  /^SEARCH \S+ USING (?:INTEGER PRIMARY KEY \(rowid=\?\)|(?:COVERING )?INDEX sqlite_autoindex_\S+ \(\w+=\?\))$/
