import type { Readable } from "node:stream"

import { alyxError, isAlyxError } from "../../errors.ts"
import type { Clock } from "../../lib/clock.ts"
import type { DaemonMode } from "../../protocol/admin-api.ts"
import type { BackupResponse, DumpFormat, RestoreFormat, RestoreResponse } from "../../protocol/data-api.ts"
import type { OnProgress } from "../../protocol/progress.ts"
import type { SchemaHolder } from "../schema-holder.ts"
import { readSchema } from "../served/read-schema.ts"
import type { ServedDatabase } from "../served/served-database.ts"
import { keptBackupCount, writeBackup } from "../storage/sqlite/write-backup.ts"
import type { BuiltDatabase } from "./data-job.ts"
import { DataProcesses } from "./data-processes.ts"
import type { DataProcess } from "./data-processes.ts"
import { limitBuild } from "./limit-build.ts"
import { QueryDeadline } from "./query-deadline.ts"
import { replaceDatabase } from "./replace-database.ts"
import { planReset } from "./reset-content.ts"
import { writeQuery } from "./write-query.ts"
import type { AskedQuery, RunningQuery } from "./write-query.ts"

/** What DataService needs. */
export interface DataServiceParts {
  readonly root: string
  readonly backupsDir: string
  readonly mode: DaemonMode
  readonly version: string
  readonly database: ServedDatabase
  readonly schemas: SchemaHolder
  readonly clock: Clock
  /** The entry of data-process, as source or as built. */
  readonly processUrl: URL
}

/** Dumps, restores, backups, and the SQL of a person, on the database that is served. */
export class DataService {
  readonly #parts: DataServiceParts
  readonly #processes: DataProcesses
  #onReplaced: () => Promise<void> = () => Promise.resolve()

  constructor(parts: DataServiceParts) {
    this.#parts = parts
    this.#processes = new DataProcesses(parts)
  }

  /** Sets what is done when another content is served: in dev the written schema is then followed again. */
  whenReplaced(onReplaced: () => Promise<void>): void {
    this.#onReplaced = onReplaced
  }

  /** Begins a dump of one state of the database, beside the daemon. */
  dump(wanted: {
    readonly format: DumpFormat
    readonly collections: readonly string[] | null
    readonly isFramed: boolean
  }): DataProcess {
    const { database, version } = this.#parts
    return this.#processes.start({
      kind: "dump",
      path: this.#pathInPlace(database),
      version,
      at: this.#now(),
      ...wanted,
    })
  }

  /** Begins a statement that only reads; it is ended when it takes too long. */
  query(asked: AskedQuery): RunningQuery {
    const process = this.#processes.start(this.#queryJob(asked))
    return { process, deadline: new QueryDeadline(process, asked.timeoutMs) }
  }

  /**
   * Runs a statement that may write, in a transaction of its own on another connection, while other writes wait. It
   * resolves when that is on the disk; the rows that it gives back are still to be read then. Until its commit begins the
   * signal ends it.
   */
  write(asked: AskedQuery, signal: AbortSignal): Promise<RunningQuery> {
    const { engine } = this.#parts.database
    return writeQuery(engine, { asked, signal, start: () => this.#processes.start(this.#queryJob(asked)) })
  }

  /**
   * Puts the content of a dump or a backup in the place of what is there. It is given up when the signal comes before the
   * new content is ready.
   */
  restore(wanted: {
    readonly format: RestoreFormat
    readonly name: string
    readonly input: Readable
    readonly signal: AbortSignal
    readonly onProgress: OnProgress
  }): Promise<RestoreResponse> {
    const { format, name, input, signal, onProgress } = wanted
    return this.#replace("restore", onProgress, (target) => {
      const job = { kind: "build", target, format, name, at: this.#now() } as const
      const start = (heard: () => void): DataProcess => {
        const tell: OnProgress = (progress) => {
          heard()
          onProgress(progress)
        }
        return this.#processes.start(job, { input, onProgress: tell })
      }
      return limitBuild({ start, input, signal })
    })
  }

  /**
   * Empties the database, and brings it to schema.yaml, or, when that is broken, to the schema that was applied last: in
   * one step, before which all that can be wrong with the project's files is known.
   */
  async reset({
    isForced,
    onProgress,
  }: {
    readonly isForced: boolean
    readonly onProgress: OnProgress
  }): Promise<RestoreResponse> {
    if (this.#parts.mode === "start" && !isForced) {
      throw alyxError("DAEMON_MODE", {
        message: "alyx start serves this database; reset is for development.",
        next: "If it shall lose all its documents all the same, add --force. A backup is written first.",
      })
    }
    const { content, notices } = planReset(this.#parts.root, this.#parts.database)
    const response = await this.#replace("reset", onProgress, async (target) => {
      const job = { kind: "empty", target, content, at: this.#now() } as const
      return this.#build(this.#processes.start(job, { onProgress }))
    })
    return notices.length > 0 ? { ...response, notices } : response
  }

  /** Copies the database while everything goes on, to a file or among the kept ones. */
  backup({ file }: { readonly file: string | null }): Promise<BackupResponse> {
    const { database, backupsDir } = this.#parts
    const target = file === null ? { dir: backupsDir, name: "backup", keepCount: keptBackupCount } : { file }
    return writeBackup(database.engine, target)
  }

  async stop(): Promise<void> {
    await this.#processes.stop()
  }

  async #replace(
    name: string,
    onProgress: OnProgress,
    build: (target: string) => Promise<BuiltDatabase>,
  ): Promise<RestoreResponse> {
    const response = await replaceDatabase(this.#parts, { name, onProgress, build })
    await this.#onReplaced()
    return { ...response, notices: [...response.notices, ...this.#differences()] }
  }

  async #build(process: DataProcess): Promise<BuiltDatabase> {
    // It writes no output; what is not read would keep its pipe open.
    process.output.resume()
    const built = await process.ended
    if (built === undefined) throw new Error("The new database was not made.")
    return built
  }

  #queryJob({ sql, parameters = [], mayWrite, rowCountMax, requestId }: AskedQuery) {
    const path = this.#pathInPlace(this.#parts.database)
    return { kind: "query", path, sql, parameters, mayWrite, rowCountMax, requestId } as const
  }

  /** Other processes open the file by its path: it must be the one that is served. */
  #pathInPlace(database: ServedDatabase): string {
    const fault = database.fault()
    if (fault !== undefined) throw fault
    return database.path
  }

  #differences(): readonly string[] {
    const { root, schemas, mode } = this.#parts
    try {
      if (readSchema(root).schema.hash === schemas.current.hash) return []
    } catch (error) {
      if (!isAlyxError(error)) throw error
      return [error.message]
    }
    const next =
      mode === "dev"
        ? "See: alyx migrate plan"
        : "The next start applies it, if nothing is lost by it: see alyx migrate plan"
    return [`schema.yaml differs from the schema that is served now. ${next}`]
  }

  #now(): string {
    return new Date(this.#parts.clock.now()).toISOString()
  }
}
