import assert from "node:assert/strict"
import { statSync } from "node:fs"

import { alyxError } from "../../../errors.ts"
import type { AlyxError, AlyxErrorOptions } from "../../../errors.ts"
import type { Service } from "../../service.ts"
import type {
  Database,
  DatabaseStats,
  Query,
  Reader,
  ReadName,
  Row,
  SlowReader,
  Transaction,
  WriteOptions,
} from "../database.ts"
import { BackupCopies } from "./backup-copies.ts"
import { retryWhileBusy } from "./busy-back-off.ts"
import { BriefReads } from "./brief-reads.ts"
import { Checkpointer } from "./checkpointer.ts"
import { GroupCommit } from "./group-commit.ts"
import type { MigrationOptions, MigrationResult } from "./migrate-tables.ts"
import { migrateSystemTables } from "./migrate-system.ts"
import { missingIndex } from "./missing-index.ts"
import { openMainConnection } from "./open-connection.ts"
import { OpenFiles } from "./open-files.ts"
import { ReaderPool } from "./reader-pool.ts"
import { replaceContent } from "./replace-content.ts"
import { runMigrationWorker } from "./migration-thread.ts"
import type { SqliteConnection } from "./sqlite-connection.ts"
import { WalSync } from "./wal-sync.ts"

/** When the log is longer than this, the next group waits for a checkpoint. */
const walBytesMax = 16 * 1024 * 1024

/** A reader process walks tables rather than coming back to the same pages. */
const readerCacheBytesMax = 16 * 1024 * 1024

/** What SqliteDatabase needs. */
export interface SqliteDatabaseOptions {
  readonly path: string
  /** Whether answers wait until their commit is on the disk. */
  readonly durability: "full" | "normal"
  readonly cacheBytes: number
  /** Called when the log could not be synced: what is on the disk is unknown, and the process must end. */
  readonly onFatal: (error: Error) => void
  /** Called with a sentence when something went wrong that nobody waits for. */
  readonly onWarning?: (message: string) => void
  /** Where the checkpoint worker's entry is, and those of migrations and backups beside it; the sources when left out. */
  readonly checkpointWorkerUrl?: URL
  /** Where the reader process's entry is; the source beside this file when left out. */
  readonly readerProcessUrl?: URL
}

interface Parts {
  readonly connection: SqliteConnection
  readonly files: OpenFiles
  readonly sync: WalSync
  readonly checkpointer: Checkpointer
  readonly commits: GroupCommit
  readonly briefReads: BriefReads
  readonly readers: ReaderPool
  readonly copies: BackupCopies
}

/** The database in one SQLite file: one connection for reads and writes, group commit, checkpoints in a worker. */
export class SqliteDatabase implements Database, SlowReader, Service {
  readonly #options: SqliteDatabaseOptions
  readonly #listeners = new Set<() => void>()
  #parts: Parts | undefined
  #stopping: Promise<void> | undefined
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
      this.#parts = this.#makeParts(connection, briefReads)
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
    if (this.#stopping !== undefined) throw alyxError("SHUTTING_DOWN")
    const parts = this.#openInPlace()
    const turn = this.#lastExclusive.then(async () => {
      parts.commits.pause()
      try {
        return await work(parts.connection)
      } finally {
        parts.connection.forgetStatements()
        parts.commits.resume()
      }
    })
    this.#lastExclusive = turn.catch(() => undefined).then(() => new Promise((resolve) => setImmediate(resolve)))
    const value = await turn
    await new Promise<void>((resolve) => parts.sync.afterSync(resolve))
    if (parts.sync.walBytes > walBytesMax) void parts.checkpointer.shorten()
    return value
  }

  /** Runs a migration on another connection in a worker; only within `exclusive`. */
  migrateInWorker(options: MigrationOptions): Promise<MigrationResult> {
    const { path, cacheBytes } = this.#options
    return runMigrationWorker({ path, cacheBytes, workerUrl: this.#programUrl("migration-worker"), ...options })
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

  #makeParts(connection: SqliteConnection, briefReads: BriefReads): Parts {
    const { path, cacheBytes, durability, onFatal, onWarning } = this.#options
    const sync = new WalSync({ path, onFailed: onFatal })
    const checkpointer = new Checkpointer({
      path,
      workerUrl: this.#checkpointWorkerUrl(),
      onWarning: (message) => onWarning?.(message),
    })
    const files = new OpenFiles(path)
    const processUrl = this.#options.readerProcessUrl ?? new URL("reader-process.ts", import.meta.url)
    return {
      connection,
      files,
      sync,
      checkpointer,
      commits: new GroupCommit({ connection, sync, checkpointer, durability, walBytesMax, onCommit: this.#onCommit }),
      briefReads,
      readers: new ReaderPool({ path, cacheBytes: Math.min(cacheBytes, readerCacheBytesMax), processUrl }),
      copies: new BackupCopies({ path, processUrl: this.#programUrl("backup-process") }),
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

  #checkpointWorkerUrl(): URL {
    return this.#options.checkpointWorkerUrl ?? new URL("checkpoint-worker.ts", import.meta.url)
  }

  /** The entry of another program; all of them lie beside each other. */
  #programUrl(name: string): URL {
    const worker = this.#checkpointWorkerUrl()
    return new URL(worker.pathname.endsWith(".ts") ? `${name}.ts` : `${name}.js`, worker)
  }

  #open(): Parts {
    if (this.#parts !== undefined) return this.#parts
    assert(this.#stopping !== undefined, "The database is used before start.")
    throw alyxError("SHUTTING_DOWN")
  }

  /** For what would be lost, or go astray, when the file at the path is not the open one. */
  #openInPlace(): Parts {
    const parts = this.#open()
    const fault = parts.files.fault()
    if (fault !== undefined) throw fault
    return parts
  }

  async #close(): Promise<void> {
    const parts = this.#parts
    if (parts === undefined) return
    await this.#finish("The backups", () => parts.copies.stop())
    await this.#finish("The change of tables", () => this.#lastExclusive)
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

/** What would have made a read shorter that was ended for taking too long. */
function timeoutAdvice(connection: SqliteConnection, queries: readonly Query<unknown>[]): AlyxErrorOptions {
  for (const query of queries) {
    const index = missingIndex(connection, query)
    if (index === undefined || index.fields.length === 0) continue
    const { table, fields } = index
    return {
      message: `The query read too much of ${table} and was ended.`,
      next: `Add an index to ${table} in schema.yaml: indexes: [{ fields: [${fields.join(", ")}] }].`,
      details: { collection: table, fields },
    }
  }
  return {}
}

/** Opens a database file, or makes it: a SqliteDatabase that is started. */
export async function openSqliteDatabase(options: SqliteDatabaseOptions): Promise<SqliteDatabase> {
  const database = new SqliteDatabase(options)
  await database.start()
  return database
}
