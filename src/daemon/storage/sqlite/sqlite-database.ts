import assert from "node:assert/strict"
import { statSync } from "node:fs"

import { alyxError } from "../../../errors.ts"
import type { AlyxError } from "../../../errors.ts"
import type { Service } from "../../service.ts"
import type {
  Database,
  DatabaseStats,
  InteractiveOptions,
  InteractiveTransaction,
  Query,
  Reader,
  ReadName,
  Row,
  SlowReader,
  Transaction,
  WriteOptions,
} from "../database.ts"
import { retryWhileBusy } from "./busy-back-off.ts"
import { BriefReads } from "./brief-reads.ts"
import { makeParts, walBytesMax } from "./database-parts.ts"
import type { DatabaseParts, SqliteDatabaseOptions } from "./database-parts.ts"
import type { PauseReason } from "./group-commit.ts"
import type { MigrationOptions, MigrationResult } from "./migrate-tables.ts"
import { migrateSystemTables } from "./migrate-system.ts"
import { timeoutAdvice } from "./missing-index.ts"
import { openMainConnection } from "./open-connection.ts"
import { replaceContent } from "./replace-content.ts"
import type { SqliteConnection } from "./sqlite-connection.ts"

/** The database in one SQLite file: one connection for reads and writes, group commit, checkpoints in a worker. */
export class SqliteDatabase implements Database, SlowReader, Service {
  readonly #options: SqliteDatabaseOptions
  readonly #listeners = new Set<() => void>()
  #parts: DatabaseParts | undefined
  #stopping: Promise<void> | undefined
  #isEnding = false
  #lastExclusive: Promise<unknown> = Promise.resolve()

  constructor(options: SqliteDatabaseOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    const { path, cacheBytes } = this.#options
    const briefReads = new BriefReads()
    const { step } = briefReads
    const connection = await retryWhileBusy(() => openMainConnection({ path, cacheBytes, walBytesMax, step }))
    try {
      await retryWhileBusy(() => migrateSystemTables(connection))
      const inTurn = <T>(work: () => Promise<T>): Promise<T> => this.#inTurn("transaction", work)
      this.#parts = makeParts(this.#options, { connection, briefReads, onCommit: this.#onCommit, inTurn })
    } catch (error) {
      connection.close()
      throw error
    }
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#close()
    return this.#stopping
  }

  write<T>(work: (transaction: Transaction) => T, options?: WriteOptions): Promise<T> {
    if (this.#stopping !== undefined) return Promise.reject(alyxError("SHUTTING_DOWN"))
    const { files, commits } = this.#open()
    const fault = files.faultThisTurn()
    return fault === undefined ? commits.write(work, options?.requestId) : Promise.reject(fault)
  }

  read<T>(work: (reader: Reader) => T): T {
    const { connection } = this.#open()
    if (connection.isTransaction) return work(connection)
    connection.control("BEGIN")
    try {
      return work(connection)
    } finally {
      connection.endWalks()
      if (connection.isTransaction) connection.control("COMMIT")
    }
  }

  /** Looks at the tables as `read` does, with what only the engine's own connection can tell. */
  inspect<T>(work: (connection: SqliteConnection) => T): T {
    const { connection } = this.#open()
    return this.read(() => work(connection))
  }

  readBriefly<T>(name: ReadName, work: (reader: Reader, isWatched: boolean) => T): T | undefined {
    const { briefReads } = this.#open()
    return briefReads.run(name, (isWatched) => this.read((reader) => work(reader, isWatched)))
  }

  async readSlow(
    queries: readonly Query<unknown>[],
    onTimed?: (durationsMs: readonly number[]) => void,
  ): Promise<readonly (readonly Row[])[]> {
    // The reader processes open the file by its path.
    const { readers, connection } = this.#openInPlace()
    return readers.run(queries, () => timeoutAdvice(connection, queries), onTimed)
  }

  /**
   * Gives the connection to one piece of work that no group commit may interleave with, such as a change of tables;
   * reads go on, and see what is committed, so no transaction may stay open on this connection while the work waits.
   * First come, first served. Resolves when what it committed is on the disk.
   */
  async exclusive<T>(work: (connection: SqliteConnection) => T | Promise<T>): Promise<T> {
    this.requireRunning()
    return this.#inTurn("work", async ({ connection }) => {
      try {
        return await work(connection)
      } finally {
        connection.forgetStatements()
      }
    })
  }

  /**
   * Begins a transaction whose owner may wait for other things while it is open; it has a connection of its own. Group
   * commits go between two of them.
   */
  beginTransaction(options: InteractiveOptions): Promise<InteractiveTransaction> {
    return this.#open().transactions.begin(options)
  }

  /** Work that no group commit may interleave with. */
  async #inTurn<T>(reason: PauseReason, work: (parts: DatabaseParts) => Promise<T>): Promise<T> {
    this.requireRunning()
    const parts = this.#openInPlace()
    const turn = this.#lastExclusive.then(async () => {
      // A stop may have begun while it waited.
      this.requireRunning()
      parts.commits.pause(reason)
      try {
        return await work(parts)
      } finally {
        parts.commits.resume()
      }
    })
    this.#lastExclusive = turn.catch(() => undefined).then(() => new Promise((resolve) => setImmediate(resolve)))
    const value = await turn
    await new Promise<void>((resolve) => parts.sync.afterSync(resolve))
    if (parts.sync.walBytes > walBytesMax) void parts.checkpointer.shorten()
    return value
  }

  /** Runs a migration on another connection in a process beside; only within `exclusive`. */
  migrateBeside(options: MigrationOptions): Promise<MigrationResult> {
    return this.#openInPlace().migrations.run(options)
  }

  /** Ends a migration that runs beside, unless it is being committed, and refuses further work on tables. */
  async endMigrations(): Promise<void> {
    this.#isEnding = true
    await this.#parts?.migrations.stop()
  }

  /** Throws when nothing long shall begin any more. */
  requireRunning(): void {
    if (this.#isEnding || this.#stopping !== undefined) throw alyxError("SHUTTING_DOWN")
  }

  /** Copies what is committed now into an empty file, in a process of its own; see writeBackup. */
  async copyInto(target: string): Promise<void> {
    await this.#openInPlace().copies.copyInto(target)
  }

  /** Replaces everything by the content of another file, as one transaction; only within `exclusive`. */
  async replaceContent(source: string, onProgress?: (ratio: number) => void): Promise<void> {
    const { files } = this.#openInPlace()
    await replaceContent({ source, path: this.#options.path, ...(onProgress && { onProgress }) })
    const fault = files.fault()
    if (fault !== undefined) throw fault
  }

  /** Tells those who follow commits of one that was made on another connection; within `exclusive`. */
  tellCommit(): void {
    this.#onCommit()
  }

  onCommit(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  fault(): AlyxError | undefined {
    return this.#open().files.fault()
  }

  stats(): DatabaseStats {
    const { sync, commits } = this.#open()
    return {
      fileBytes: statSync(this.#options.path, { throwIfNoEntry: false })?.size ?? 0,
      walBytes: sync.walBytes,
      commitCount: commits.commitCount,
      writeCount: commits.writeCount,
      syncCount: sync.count,
      waitingCount: commits.waitingCount,
    }
  }

  readonly #onCommit = (): void => {
    for (const listener of this.#listeners) this.#tell(listener)
  }

  /** A listener that fails must not keep other writes from being answered. */
  #tell(listener: () => void): void {
    try {
      listener()
    } catch (error) {
      this.#options.onWarning?.(`What follows commits failed: ${String(error)}.`)
    }
  }

  #open(): DatabaseParts {
    if (this.#parts !== undefined) return this.#parts
    assert(this.#stopping !== undefined, "The database is used before start.")
    throw alyxError("SHUTTING_DOWN")
  }

  /** For what would be lost, or go astray, when the file at the path is not the open one. */
  #openInPlace(): DatabaseParts {
    const parts = this.#open()
    const fault = parts.files.fault()
    if (fault !== undefined) throw fault
    return parts
  }

  async #close(): Promise<void> {
    const parts = this.#parts
    if (parts === undefined) return
    await this.#finish("The migrations", () => parts.migrations.stop())
    await this.#finish("The backups", () => parts.copies.stop())
    await this.#finish("The open transaction", () => parts.transactions.stop())
    await this.#finish("The change of tables", () => this.#lastExclusive)
    await this.#finish("The connection of transactions", () => parts.transactions.close())
    await this.#finish("The last writes", () => parts.commits.close())
    await this.#finish("The last sync", () => new Promise<void>((resolve) => parts.sync.afterSync(resolve)))
    await this.#finish("The reader processes", () => parts.readers.stop())
    await this.#finish("The checkpoint worker", () => parts.checkpointer.stop())
    this.#parts = undefined
    await this.#finish("The log", () => parts.sync.close())
    await this.#finish("The last checkpoint", () => parts.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)"))
    await this.#finish("The connection", () => parts.connection.close())
  }

  /** One step of closing: if it fails the others follow all the same, and the caller releases the lock of the file. */
  async #finish(name: string, step: () => unknown): Promise<void> {
    try {
      await step()
    } catch (error) {
      this.#options.onWarning?.(`${name} failed while the database was closed: ${String(error)}.`)
    }
  }
}

/** Opens a database file, or makes it: a SqliteDatabase that is started. */
export async function openSqliteDatabase(options: SqliteDatabaseOptions): Promise<SqliteDatabase> {
  const database = new SqliteDatabase(options)
  await database.start()
  return database
}
