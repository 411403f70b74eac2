import assert from "node:assert/strict"

import type { AlyxError } from "../../errors.ts"
import type { Logger } from "../../lib/logger.ts"
import type { Config } from "../../project/config.ts"
import type { RequestTraces, StatementGroup } from "../request-trace.ts"
import type {
  Database,
  DatabaseStats,
  Query,
  Reader,
  ReadName,
  SlowReader,
  Transaction,
  WriteOptions,
} from "../storage/database.ts"
import { removeAbandonedBuilds } from "../storage/sqlite/build-file.ts"
import { realDatabasePath } from "../storage/sqlite/database-path.ts"
import { acquireDaemonLock } from "../storage/sqlite/daemon-lock.ts"
import type { DaemonLock } from "../storage/sqlite/daemon-lock.ts"
import { openSqliteDatabase } from "../storage/sqlite/sqlite-database.ts"
import type { SqliteDatabase } from "../storage/sqlite/sqlite-database.ts"
import { readSlowTraced, TracedReader, TracedTransaction } from "./traced-reader.ts"

export interface ServedDatabaseParts {
  readonly checkpointWorker: URL
  readonly readerProcess: URL
  readonly logger: Logger
  /** The log of the database could not be synced: the process must end. */
  readonly onFatal: () => void
  /** In dev: which request a statement belongs to; null elsewhere. */
  readonly traces: RequestTraces | null
}

interface Opened {
  readonly path: string
  readonly database: SqliteDatabase
  readonly lock: DaemonLock
}

/** A database that is ready to be served in place of the present one. Exactly one of the two is called. */
export interface NextDatabase {
  swap(): Promise<void>
  discard(): Promise<void>
}

/**
 * The database that is served now, under its lock. It can be opened again with other settings, or at another path,
 * while requests go on: the new one is opened and prepared, one reference is swapped, the old one drains and closes.
 */
export class ServedDatabase implements Database, SlowReader {
  readonly #parts: ServedDatabaseParts
  readonly #listeners = new Set<() => void>()
  #opened: Opened | undefined
  #stopping: Promise<void> | undefined
  #grace: NodeJS.Timeout | undefined

  constructor(parts: ServedDatabaseParts) {
    this.#parts = parts
  }

  /** Takes the lock and opens the file; nothing stays open when either fails. */
  async open(settings: Config["database"]): Promise<void> {
    assert(this.#opened === undefined, "the database is opened once; reopen takes other settings")
    const path = realDatabasePath(settings.path)
    const lock = acquireDaemonLock(path)
    try {
      await removeAbandonedBuilds(path)
      this.#opened = { path, lock, database: await this.#openFile({ ...settings, path }) }
    } catch (error) {
      lock.release()
      throw error
    }
  }

  /**
   * Opens the database with other settings beside the one that is served, and lets `prepare` bring it to the schema. When
   * either fails nothing has changed. The caller then swaps it in, or discards it.
   */
  async openNext(
    settings: Config["database"],
    prepare: (database: SqliteDatabase) => Promise<unknown>,
  ): Promise<NextDatabase> {
    const old = this.#now()
    // What lies at the path of a lost file is not what was served.
    const fault = old.database.fault()
    if (fault !== undefined) throw fault
    const path = realDatabasePath(settings.path)
    const isMoved = path !== old.path
    const lock = isMoved ? acquireDaemonLock(path) : old.lock
    let database: SqliteDatabase | undefined
    const discard = async (): Promise<void> => {
      await database?.stop().finally(() => isMoved && lock.release())
      if (database === undefined && isMoved) lock.release()
    }
    try {
      if (isMoved) await removeAbandonedBuilds(path)
      database = await this.#openFile({ ...settings, path })
      await prepare(database)
    } catch (error) {
      await discard()
      throw error
    }
    const opened: Opened = { path, lock, database }
    return { discard, swap: () => this.#swap(old, opened) }
  }

  /** From the first line on requests use the new one; what the old one fails at while it drains is only reported. */
  async #swap(old: Opened, opened: Opened): Promise<void> {
    this.#opened = opened
    try {
      await old.database.stop()
    } catch (error) {
      this.#parts.logger.error("The database that was served before could not be closed.", { error })
    } finally {
      if (opened.lock !== old.lock) old.lock.release()
    }
  }

  /**
   * For the beginning of a stop: migrations and their plans may go on for so long, then they are ended. A stop waits for
   * them, and a person's SQL may have no end.
   */
  endMigrationsIn(graceMs: number): void {
    if (this.#stopping !== undefined) return
    this.#grace ??= setTimeout(() => void this.#opened?.database.endMigrations(), graceMs)
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#close()
    return this.#stopping
  }

  /** The engine itself, for work on tables. */
  get engine(): SqliteDatabase {
    return this.#now().database
  }

  get path(): string {
    return this.#now().path
  }

  write<T>(work: (transaction: Transaction) => T, options?: WriteOptions): Promise<T> {
    const group = this.#tracedGroup()
    if (group === undefined) return this.#now().database.write(work, options)
    const tracedWork = (transaction: Transaction): T => {
      group.restart()
      return work(new TracedTransaction(transaction, group))
    }
    return this.#now().database.write(tracedWork, options)
  }

  read<T>(work: (reader: Reader) => T): T {
    const group = this.#tracedGroup()
    if (group === undefined) return this.#now().database.read(work)
    return this.#now().database.read((reader) => work(new TracedReader(reader, group)))
  }

  readBriefly<T>(name: ReadName, work: (reader: Reader, isWatched: boolean) => T): T | undefined {
    const group = this.#tracedGroup()
    if (group === undefined) return this.#now().database.readBriefly(name, work)
    return this.#now().database.readBriefly(name, (reader, isWatched) =>
      work(new TracedReader(reader, group), isWatched),
    )
  }

  readSlow(queries: readonly Query<unknown>[]): ReturnType<SlowReader["readSlow"]> {
    const group = this.#tracedGroup()
    if (group === undefined) return this.#now().database.readSlow(queries)
    return readSlowTraced(this.#now().database, queries, group)
  }

  onCommit(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  fault(): AlyxError | undefined {
    return this.#now().database.fault()
  }

  stats(): DatabaseStats {
    return this.#now().database.stats()
  }

  /** Where to note the statements of what is asked now, when it is asked by a request that is traced. */
  #tracedGroup(): StatementGroup | undefined {
    return this.#parts.traces?.current?.group()
  }

  #now(): Opened {
    assert(this.#opened !== undefined, "the database is used before it is opened")
    return this.#opened
  }

  async #openFile({ path, durability, cacheSizeBytes }: Config["database"]): Promise<SqliteDatabase> {
    const { checkpointWorker, readerProcess, logger, onFatal } = this.#parts
    const database = await openSqliteDatabase({
      path,
      durability,
      cacheBytes: cacheSizeBytes,
      checkpointWorkerUrl: checkpointWorker,
      readerProcessUrl: readerProcess,
      onWarning: (message) => logger.warn(message),
      onFatal: (error) => {
        logger.error("The database could not be synced to the disk; this daemon ends at once.", { error })
        onFatal()
      },
    })
    database.onCommit(() => {
      for (const listener of this.#listeners) listener()
    })
    return database
  }

  async #close(): Promise<void> {
    clearTimeout(this.#grace)
    const opened = this.#opened
    if (opened === undefined) return
    await opened.database.stop().finally(() => opened.lock.release())
  }
}
