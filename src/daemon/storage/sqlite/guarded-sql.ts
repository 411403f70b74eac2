import { constants } from "node:sqlite"

import { isAlyxError } from "../../../errors.ts"
import type { Problem } from "../../../errors.ts"
import { findSqlParameter } from "../../../lib/sql-parameter.ts"
import type { SourceLocation } from "../../../lib/source-location.ts"
import { migrationProblem, unsafeChanges } from "./migration-refusal.ts"
import {
  attachesFile,
  controlsTransaction,
  isListOfTables,
  loadsExtension,
  lookingActions,
  rowActions,
} from "./sql-actions.ts"
import type { Authorize, SqliteConnection } from "./sqlite-connection.ts"
import { sqliteCodes, sqlitePrimaryCode, translateSqliteError } from "./sqlite-errors.ts"

const onlyDocuments = "it may change documents, not tables, indexes, views or triggers"

/** Remembers why it said no, since SQLite only says "not authorized". */
class Guard {
  readonly #mayWrite: boolean
  refusal: string | null = null

  constructor({ mayWrite }: { readonly mayWrite: boolean }) {
    this.#mayWrite = mayWrite
  }

  readonly authorize: Authorize = (action, first, second, _database, trigger) => {
    const reason = this.#reason(action, first, second, trigger)
    this.refusal ??= reason
    return reason === null ? constants.SQLITE_OK : constants.SQLITE_DENY
  }

  #reason(action: number, first: string | null, second: string | null, trigger: string | null): string | null {
    if (loadsExtension(action, second)) return "load_extension() may not be used here"
    if (action === constants.SQLITE_FUNCTION) return null
    // SQLite asks about transactions with the word itself: BEGIN, COMMIT, ROLLBACK.
    if (controlsTransaction(action)) {
      return `transactions are not for it to control (${first ?? "SAVEPOINT"}): a migration is one transaction already`
    }
    if (attachesFile(action)) return "it may not use other databases"
    if (action === constants.SQLITE_PRAGMA) return `PRAGMA ${first ?? ""} may not be used here`
    const isWrite = rowActions.has(action)
    if (!isWrite && !lookingActions.has(action)) return onlyDocuments
    if (isWrite && !this.#mayWrite) return "an expression only reads"
    const table = first?.toLowerCase() ?? ""
    if (table.startsWith("_alyx_") && !writesChange(action, table, trigger)) {
      return `${first!} belongs to Alyx and may not be touched`
    }
    if (isWrite && isListOfTables(table)) return onlyDocuments
    if (isWrite && table.startsWith("sqlite_")) return `${first!} belongs to SQLite and may not be written`
    return null
  }
}

/**
 * The triggers of the change log add to it, and keep rows that may be displaced. Who reads the log is no matter of trust:
 * a CTE is named like a trigger as well; what may be displaced is nobody's secret, and stands in the log soon.
 */
function writesChange(action: number, table: string, trigger: string | null): boolean {
  if (trigger === null || !/^_alyx_(?:(?:before_)?(?:insert|update)|delete)_/.test(trigger)) return false
  return table === "_alyx_displaced" || (action === constants.SQLITE_INSERT && table === "_alyx_changes")
}

/**
 * Runs the SQL of a migration file: any number of statements that change documents. The triggers of the change log are
 * in place, so that what it changes is seen. Foreign keys are off within a migration: nothing cascades, and references
 * that lead nowhere afterwards refuse the migration.
 */
export function runDocumentSql(connection: SqliteConnection, sql: string, at: SourceLocation | null): void {
  const parameter = parameterProblem("The SQL", sql, at)
  if (parameter !== null) throw unsafeChanges([parameter])
  const guard = new Guard({ mayWrite: true })
  try {
    connection.guarded(guard.authorize, () => connection.executeRaw(sql))
  } catch (error) {
    throw unsafeChanges([sqlProblem("The SQL", guard, error, at)])
  }
  // INSERT OR ROLLBACK and its like end the transaction by themselves.
  if (connection.isTransaction) return
  const message = "The SQL ended the transaction of the migration, so all of it was undone."
  throw unsafeChanges([migrationProblem("SQL_REFUSED", { message, next: "Leave out OR ROLLBACK.", at })])
}

/** A full disk or a damaged file is no fault of the SQL. */
function isOfTheFile(error: unknown): boolean {
  const code = sqlitePrimaryCode(error)
  return code === undefined || isAlyxError(translateSqliteError(error), "STORAGE_FULL") || code === sqliteCodes.corrupt
}

/** Says what is wrong with an SQL expression over the rows of a table, or returns null when it can be used. */
export function expressionProblem(
  connection: SqliteConnection,
  { expression, source, label, at }: { expression: string; source: string; label: string; at: SourceLocation | null },
): Problem | null {
  const parameter = parameterProblem(`The expression of ${label}`, expression, at)
  if (parameter !== null) return parameter
  const guard = new Guard({ mayWrite: false })
  try {
    connection.guarded(guard.authorize, () =>
      connection.tryPrepare(`SELECT (${expression}\n) FROM ${source} WHERE (${expression}\n) IS NULL`),
    )
    return null
  } catch (error) {
    return sqlProblem(`The expression of ${label}`, guard, error, at)
  }
}

/** Nobody gives a value for a parameter: SQLite would take NULL for it without a word. */
export function parameterProblem(what: string, sql: string, at: SourceLocation | null): Problem | null {
  const parameter = findSqlParameter(sql)
  if (parameter === undefined) return null
  return migrationProblem("SQL_REFUSED", {
    message: `${what} cannot be run: ${parameter} stands for a value that nobody gives.`,
    next: "Write the value itself; a text stands in single quotes.",
    at,
  })
}

function sqlProblem(what: string, { refusal }: Guard, error: unknown, at: SourceLocation | null): Problem {
  if (refusal === null && isOfTheFile(error)) throw translateSqliteError(error)
  const reason = refusal ?? (error instanceof Error ? error.message : String(error))
  return migrationProblem(refusal === null ? "SQL_FAILED" : "SQL_REFUSED", {
    message: `${what} cannot be run: ${reason}.`,
    next: refusal === null ? "Mend it." : "Leave it out.",
    at,
  })
}
