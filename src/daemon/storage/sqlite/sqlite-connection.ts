import type { DatabaseSync, StatementSync } from "node:sqlite"

import type { CompiledQuery } from "kysely"

import { BoundedCache } from "../../../lib/bounded-cache.ts"
import type { Query, Transaction } from "../database.ts"
import { authorizeDefinition } from "./authorize-definition.ts"
import { bindValues, narrowIntegers } from "./bind-values.ts"
import { translateSqliteError } from "./sqlite-errors.ts"

/** How many prepared statements are kept: using one again is four times faster than preparing it. */
const statementCountMax = 512

/** SQLite's authorizer: what is done, to what, and through which trigger; see https://sqlite.org/c3ref/c_alter_table.html. */
export type Authorize = Parameters<DatabaseSync["setAuthorizer"]>[0] & {}

/**
 * One open connection: runs queries through cached statements, converts what is bound and read, and turns SQLite's
 * errors into ours. It knows nothing of groups, locks or durability.
 */
export class SqliteConnection implements Transaction {
  readonly #database: DatabaseSync
  readonly #statements = new BoundedCache<StatementSync>({ sizeMax: statementCountMax, keyLengthMax: Infinity })
  readonly #walks = new Set<Iterator<unknown>>()
  readonly #totalChanges: StatementSync

  constructor(database: DatabaseSync) {
    this.#database = database
    this.#totalChanges = database.prepare("SELECT total_changes()")
    this.#totalChanges.setReturnArrays(true)
  }

  get isTransaction(): boolean {
    return this.#database.isTransaction
  }

  /** How many rows this connection has written since it was opened, by triggers and cascades too. */
  get totalChanges(): number {
    return Number((this.#totalChanges.get() as unknown as number[])[0])
  }

  all<R>(query: CompiledQuery<R> | Query<R>): R[] {
    const values = bindValues(query.parameters)
    try {
      return this.#statement(query.sql).all(...values) as R[]
    } catch (error) {
      if (isOutOfRange(error))
        return this.#wide(query.sql, (statement) => statement.all(...values).map(narrowIntegers)) as R[]
      throw translateSqliteError(error)
    }
  }

  get<R>(query: CompiledQuery<R> | Query<R>): R | undefined {
    const values = bindValues(query.parameters)
    try {
      return this.#statement(query.sql).get(...values) as R | undefined
    } catch (error) {
      if (!isOutOfRange(error)) throw translateSqliteError(error)
      const row = this.#wide(query.sql, (statement) => statement.get(...values))
      return (row === undefined ? undefined : narrowIntegers(row)) as R | undefined
    }
  }

  run(query: Query<unknown>): { readonly changes: number; readonly lastInsertRowid: number | bigint } {
    const values = bindValues(query.parameters)
    try {
      return this.#statement(query.sql).run(...values) as { changes: number; lastInsertRowid: number | bigint }
    } catch (error) {
      throw translateSqliteError(error)
    }
  }

  *iterate<R>(query: CompiledQuery<R> | Query<R>): Generator<R> {
    // Out of the cache: the same SQL may be asked for again during the walk.
    const statement = this.#statements.take(query.sql) ?? this.#prepare(query.sql)
    let rows: Iterator<unknown> | undefined
    try {
      statement.setReadBigInts(true)
      rows = statement.iterate(...bindValues(query.parameters)) as Iterator<unknown>
      this.#walks.add(rows)
      for (let next = rows.next(); next.done !== true; next = rows.next())
        yield narrowIntegers(next.value as object) as R
    } catch (error) {
      throw translateSqliteError(error)
    } finally {
      if (rows !== undefined) this.#endWalk(rows)
      statement.setReadBigInts(false)
      this.#statements.set(query.sql, statement)
    }
  }

  /** Runs a query that is asked for once, such as EXPLAIN, past the cache. Parameters stay unbound. */
  once<R>(sql: string): R[] {
    try {
      return this.#database.prepare(sql).all() as R[]
    } catch (error) {
      throw translateSqliteError(error)
    }
  }

  /** Runs a fixed statement such as BEGIN. */
  control(sql: string): void {
    try {
      this.#statement(sql).run()
    } catch (error) {
      throw translateSqliteError(error)
    }
  }

  /** Runs a script of statements that are not worth keeping prepared. */
  execute(script: string): void {
    try {
      this.#database.exec(script)
    } catch (error) {
      throw translateSqliteError(error)
    }
  }

  /**
   * Runs one statement that makes or changes a table, an index or a trigger. It was put together from names, so that it is
   * made sure to be one statement, and to do nothing else.
   */
  define(sql: string): void {
    try {
      this.guarded(authorizeDefinition, () => {
        const statement = this.#database.prepare(sql)
        if (statement.sourceSQL !== sql) throw new Error("A definition must be one statement.")
        statement.run()
      })
    } catch (error) {
      throw translateSqliteError(error)
    }
  }

  /** Runs work while every statement that is prepared, and each thing it does, is put to `authorize` first. */
  guarded<T>(authorize: Authorize, work: () => T): T {
    this.#database.setAuthorizer(authorize)
    try {
      return work()
    } finally {
      this.#database.setAuthorizer(null)
    }
  }

  /** Runs a script with SQLite's own error when it fails. */
  executeRaw(script: string): void {
    this.#database.exec(script)
  }

  /** Prepares a statement without running it, to learn whether it can be; throws SQLite's own error. */
  tryPrepare(sql: string): void {
    this.#database.prepare(sql)
  }

  /** Ends walks that nobody used up: an open one would hold back every later checkpoint. */
  endWalks(): void {
    for (const rows of this.#walks) this.#endWalk(rows)
  }

  /** After a change of tables they would have to be prepared again anyway. */
  forgetStatements(): void {
    this.#statements.clear()
  }

  close(): void {
    this.endWalks()
    this.#statements.clear()
    if (this.#database.isOpen) this.#database.close()
  }

  #statement(sql: string): StatementSync {
    return this.#statements.get(sql, this.#prepare)
  }

  readonly #prepare = (sql: string): StatementSync => this.#database.prepare(sql)

  #endWalk(rows: Iterator<unknown>): void {
    if (this.#walks.delete(rows)) rows.return?.()
  }

  /** Reads again with BigInt, when a sum or a row of another program does not fit into a number. */
  #wide<T>(sql: string, read: (statement: StatementSync) => T): T {
    const statement = this.#database.prepare(sql)
    statement.setReadBigInts(true)
    try {
      return read(statement)
    } catch (error) {
      throw translateSqliteError(error)
    }
  }
}

function isOutOfRange(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_OUT_OF_RANGE"
}
