import type { CompiledQuery } from "kysely"

import type { AlyxError } from "../../errors.ts"

/** A row as the engine gives it: booleans are 0 and 1, json is text, blobs are bytes. */
export type Row = Readonly<Record<string, SqlValue>>

/** What can be bound to and read from a statement. Dates and undefined never reach the engine. */
export type SqlValue = string | number | bigint | null | Uint8Array

/**
 * A statement with its parameters. A CompiledQuery of Kysely is one; a hot path keeps the SQL text that it compiled
 * once and makes its own with `sqlQuery`.
 */
export interface Query<R = Row> {
  readonly sql: string
  readonly parameters: readonly unknown[]
  /** Never set: it carries the type of the rows. */
  readonly row?: R
}

/** Makes a query from SQL text and parameters. */
export function sqlQuery<R = Row>(sql: string, parameters: readonly unknown[] = []): Query<R> {
  return { sql, parameters }
}

/** Reads committed rows. All reads of one `read` call see one state. Rows have no prototype. */
export interface Reader {
  all<R = Row>(query: CompiledQuery<R> | Query<R>): R[]
  get<R = Row>(query: CompiledQuery<R> | Query<R>): R | undefined
  /** Rows one at a time, for walks that must not be held in memory. Use it up before the call returns. */
  iterate<R = Row>(query: CompiledQuery<R> | Query<R>): Iterable<R>
}

/** One request's part of a group commit: a savepoint of its own. */
export interface Transaction extends Reader {
  /** Runs a statement that returns no rows. */
  run(query: CompiledQuery | Query<unknown>): { readonly changes: number; readonly lastInsertRowid: number | bigint }
}

/** What a write says about itself. */
export interface WriteOptions {
  /** Put into every row of the change log that the write causes, so that a change can be traced to a request. */
  readonly requestId?: string
}

/**
 * The one database. The work of `write` is synchronous: nothing may wait inside a transaction on the main connection.
 * Writes that are asked for in the same turn of the event loop share one commit, a savepoint each; a write's promise
 * is settled only after that commit has reached the disk (`database.durability: full`).
 * When `work` throws, its savepoint alone is rolled back and the promise is rejected with what it threw.
 * `work` may run a second time when the engine rolled the whole group back (a full disk): it must have no effect
 * besides its statements.
 */
export interface Database {
  write<T>(work: (transaction: Transaction) => T, options?: WriteOptions): Promise<T>
  read<T>(work: (reader: Reader) => T): T
  /** Calls the listener after every commit that wrote, once it is durable; returns the way to stop. It must not throw. */
  onCommit(listener: () => void): () => void
  /** Why nothing can be written safely now, for /health and `alyx status`; undefined when all is well. */
  fault(): AlyxError | undefined
  /** Facts for /health, /metrics and `alyx status`. */
  stats(): DatabaseStats
}

/**
 * A transaction that stays open while its owner waits for other things. No other write is committed meanwhile, and what
 * it wrote is seen by its own reads alone. It has a deadline, at which it is rolled back; everything then throws
 * TRANSACTION_ENDED.
 */
export interface InteractiveTransaction {
  /** False when it was committed or rolled back, by whomever. */
  readonly isOpen: boolean
  /** One operation: a savepoint of its own. When the work throws, that alone is undone. */
  write<T>(work: (transaction: Transaction) => T, options?: WriteOptions): T
  read<T>(work: (reader: Reader) => T): T
  /** As `SlowReader` has it, with more time: there is no other process that could see what is not committed. */
  readBriefly<T>(name: ReadName, work: (reader: Reader, isWatched: boolean) => T): T | undefined
  /** Resolves when all of it is on the disk; whoever follows commits has then been told. */
  commit(): Promise<void>
  /** Undoes all of it; does nothing when it has ended. */
  rollback(): void
}

/** How a transaction that waits is begun. */
export interface InteractiveOptions {
  /** Milliseconds from its begin to its end. */
  readonly timeoutMs: number
  /** Ends the waiting for its turn, and the transaction itself. */
  readonly signal: AbortSignal
}

export interface DatabaseStats {
  readonly fileBytes: number
  readonly walBytes: number
  /** Since the start. */
  readonly commitCount: number
  readonly writeCount: number
  readonly syncCount: number
  /** Writes that wait for their commit now. */
  readonly waitingCount: number
}

/** A condition that is always true; statements of `readBriefly` have it wherever they may look at many rows. */
export const stepSql = "alyx_step()"

/** Tells one read from another: reads of equal text do the same work, those of equal values too on the same rows. */
export interface ReadName {
  readonly text: string
  readonly values: readonly unknown[]
}

/**
 * Reads that may take long. The engine cannot interrupt a query, so they run in a process of their own, which is
 * ended when they take too long: QUERY_TIMEOUT.
 */
export interface SlowReader {
  /**
   * Reads as `read` does, but gives up after a few milliseconds, and returns undefined: then the same belongs into
   * `readSlow`. When `isWatched`, the work is to run the statements with `stepSql`; else it was quick lately, and those
   * without will do.
   */
  readBriefly<T>(name: ReadName, work: (reader: Reader, isWatched: boolean) => T): T | undefined
  /**
   * Runs queries one after the other on one committed state; the rows of each, in order. `onTimed` is told the
   * milliseconds that each took.
   */
  readSlow(
    queries: readonly (CompiledQuery | Query<unknown>)[],
    onTimed?: (durationsMs: readonly number[]) => void,
  ): Promise<readonly (readonly Row[])[]>
}
