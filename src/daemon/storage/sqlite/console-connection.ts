import { constants } from "node:sqlite"
import type { DatabaseSync, StatementSync } from "node:sqlite"

import { alyxError } from "../../../errors.ts"
import type { SqlValue } from "../database.ts"
import { consoleRule, passedOver } from "./console-rules.ts"
import type { ConsoleRights, ConsoleRule } from "./console-rules.ts"
import { openPlainConnection } from "./open-connection.ts"
import { sqliteErrorCode, sqlitePrimaryCode, translateSqliteError } from "./sqlite-errors.ts"

/** A statement of a person, ready to run. */
export interface ConsoleStatement {
  /** Empty when it gives no rows. */
  readonly columns: readonly string[]
  /** Whether it may change rows. */
  readonly writes: boolean
  /** Runs it; a row at a time, its values in the order of the columns. Integers may be BigInt. */
  rows(parameters?: readonly SqlValue[]): Iterable<readonly SqlValue[]>
}

/** SQLite's general error: what is wrong is the statement. */
const statementError = 1
const notAuthorized = 23

/** A connection for the SQL of a person: every statement is judged by a rule before it runs. */
export class ConsoleConnection {
  readonly #database: DatabaseSync
  readonly #rights: ConsoleRights
  #refusal: string | undefined
  #isOwn = false
  #changesBefore = 0
  #seqBefore = 0

  constructor(database: DatabaseSync, rights: ConsoleRights, rule: ConsoleRule = consoleRule(rights)) {
    this.#database = database
    this.#rights = rights
    database.setAuthorizer((action, first, second, _database, source) => {
      const refusal = this.#isOwn ? undefined : rule(action, first, second, source)
      if (refusal === undefined) return constants.SQLITE_OK
      if (refusal === passedOver) return constants.SQLITE_IGNORE
      this.#refusal ??= refusal
      return constants.SQLITE_DENY
    })
  }

  prepare(sql: string): ConsoleStatement {
    const statement = this.#attempt(sql, () => this.#database.prepare(sql))
    statement.setReturnArrays(true)
    statement.setReadBigInts(true)
    return {
      columns: statement.columns().map(({ name }) => name),
      writes: this.#rights === "write",
      rows: (parameters = []) => this.#rowsOf(sql, statement, parameters),
    }
  }

  /** Runs a statement of which nothing is read. */
  execute(sql: string): void {
    this.#attempt(sql, () => this.#database.exec(sql))
  }

  /** Begins the transaction of one statement that writes. */
  beginWriting(): void {
    this.#own((database) => {
      database.exec("BEGIN IMMEDIATE")
      this.#changesBefore = this.#number("SELECT total_changes()")
      this.#seqBefore = this.#number("SELECT ifnull(max(seq), 0) FROM _alyx_changes")
    })
  }

  /** Marks the changes with the request, as those of requests are, and commits them. */
  commitWriting(requestId: string): { readonly changes: number; readonly wrote: boolean } {
    return this.#own((database) => {
      const wrote = this.#number("SELECT total_changes()") !== this.#changesBefore
      const changes = wrote ? this.#number("SELECT changes()") : 0
      if (wrote) {
        database.prepare("UPDATE _alyx_changes SET request_id = ? WHERE seq > ?").run(requestId, this.#seqBefore)
      }
      database.exec("COMMIT")
      return { changes, wrote }
    })
  }

  #own<T>(work: (database: DatabaseSync) => T): T {
    this.#isOwn = true
    try {
      return work(this.#database)
    } catch (error) {
      throw translateSqliteError(error)
    } finally {
      this.#isOwn = false
    }
  }

  #number(sql: string): number {
    return Number(Object.values(this.#database.prepare(sql).get() ?? {})[0] ?? 0)
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close()
  }

  *#rowsOf(sql: string, statement: StatementSync, parameters: readonly SqlValue[]): Generator<readonly SqlValue[]> {
    const rows = this.#attempt(sql, () => statement.iterate(...parameters) as unknown as Iterator<readonly SqlValue[]>)
    for (;;) {
      const next = this.#attempt(sql, () => rows.next())
      if (next.done === true) return
      yield next.value
    }
  }

  #attempt<T>(sql: string, work: () => T): T {
    this.#refusal = undefined
    try {
      return work()
    } catch (error) {
      throw this.#explain(sql, error)
    }
  }

  #explain(sql: string, error: unknown): unknown {
    // A statement that SQLite prepares again may be refused then.
    if (this.#refusal !== undefined || sqlitePrimaryCode(error) === notAuthorized) {
      return alyxError("QUERY_REFUSED", { message: this.#refusal ?? "This statement is not allowed.", cause: error })
    }
    if (sqliteErrorCode(error) !== statementError) return translateSqliteError(error)
    return invalidStatement(sql, (error as Error).message, error)
  }
}

/** Opens the database for a person's statements. */
export function openConsole(path: string, rights: ConsoleRights): ConsoleConnection {
  const database = openPlainConnection(path, { readOnly: rights === "read" })
  // What a person sorts may be of any size.
  database.exec("PRAGMA temp_store = FILE")
  if (rights === "read") database.exec("PRAGMA query_only = ON")
  return new ConsoleConnection(database, rights)
}

/** node:sqlite does not tell where a statement is wrong; the word that SQLite names does, when it stands there once. */
function invalidStatement(sql: string, said: string, cause: unknown): Error {
  const place = placeOf(sql, said)
  const message = `${said.charAt(0).toUpperCase()}${said.slice(1)}.`
  if (place === undefined) return alyxError("QUERY_INVALID", { message, cause })
  const before = sql.slice(0, place.offset).split("\n")
  const at = { file: "SQL", line: before.length, column: before.at(-1)!.length + 1, length: place.length }
  return alyxError("QUERY_INVALID", {
    message: "The statement is not valid.",
    problems: [{ code: "SQL_ERROR", message, at }],
    cause,
  })
}

function placeOf(sql: string, said: string): { readonly offset: number; readonly length: number } | undefined {
  if (said === "incomplete input") return { offset: sql.trimEnd().length, length: 1 }
  const word =
    /^near "(.+)": syntax error$/s.exec(said)?.[1] ??
    /^(?:no such (?:column|table|function)|ambiguous column name|wrong number of arguments to function):? (?:main\.)?([^\s()]+)/.exec(
      said,
    )?.[1]
  if (word === undefined) return undefined
  const found = [...sql.matchAll(new RegExp(boundary(word), "gi"))]
  return found.length === 1 ? { offset: found[0]!.index, length: word.length } : undefined
}

function boundary(word: string): string {
  const escaped = word.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`)
  return `${/^\w/.test(word) ? "(?<!\\w)" : ""}${escaped}${/\w$/.test(word) ? "(?!\\w)" : ""}`
}
