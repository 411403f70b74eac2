import { historyMark } from "../migration-history.ts"
import { BackupCopies } from "./backup-copies.ts"
import type { BriefReads } from "./brief-reads.ts"
import { Checkpointer } from "./checkpointer.ts"
import { GroupCommit } from "./group-commit.ts"
import { InteractiveTransactions } from "./interactive-transactions.ts"
import type { InteractiveParts } from "./interactive-transactions.ts"
import { MigrationProcesses } from "./migration-processes.ts"
import { OpenFiles } from "./open-files.ts"
import { ReaderPool } from "./reader-pool.ts"
import type { SqliteConnection } from "./sqlite-connection.ts"
import { WalSync } from "./wal-sync.ts"

/** When the log is longer than this, the next group waits for a checkpoint. */
export const walBytesMax = 16 * 1024 * 1024

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
  /** Milliseconds for a migration that runs SQL of a person; an hour when left out. */
  readonly migrationSqlMsMax?: number
}

/** What an open SqliteDatabase is made of. */
export interface DatabaseParts {
  readonly connection: SqliteConnection
  readonly files: OpenFiles
  readonly sync: WalSync
  readonly checkpointer: Checkpointer
  readonly commits: GroupCommit
  readonly transactions: InteractiveTransactions
  readonly briefReads: BriefReads
  readonly readers: ReaderPool
  readonly copies: BackupCopies
  readonly migrations: MigrationProcesses
}

/** Makes what works on the open file, in this process and beside it. */
export function makeParts(
  options: SqliteDatabaseOptions,
  {
    connection,
    briefReads,
    onCommit,
    inTurn,
  }: Pick<DatabaseParts, "connection" | "briefReads"> & Pick<InteractiveParts, "onCommit" | "inTurn">,
): DatabaseParts {
  const { path, cacheBytes, durability, onFatal, onWarning } = options
  const workerUrl = options.checkpointWorkerUrl ?? new URL("checkpoint-worker.ts", import.meta.url)
  const sync = new WalSync({ path, onFailed: onFatal })
  const checkpointer = new Checkpointer({ path, workerUrl, onWarning: (message) => onWarning?.(message) })
  return {
    connection,
    files: new OpenFiles(path),
    sync,
    checkpointer,
    commits: new GroupCommit({ connection, sync, checkpointer, durability, walBytesMax, onCommit }),
    transactions: new InteractiveTransactions({
      path,
      inTurn,
      onCommit: () => {
        checkpointer.noteCommit()
        onCommit()
      },
    }),
    briefReads,
    readers: new ReaderPool({
      path,
      cacheBytes: Math.min(cacheBytes, readerCacheBytesMax),
      processUrl: options.readerProcessUrl ?? new URL("reader-process.ts", import.meta.url),
    }),
    copies: new BackupCopies({ path, processUrl: programBeside(workerUrl, "backup-process") }),
    migrations: new MigrationProcesses({
      path,
      cacheBytes,
      processUrl: programBeside(workerUrl, "migration-process"),
      mark: () => historyMark(connection),
      ...(options.migrationSqlMsMax !== undefined && { sqlMsMax: options.migrationSqlMsMax }),
    }),
  }
}

/** The entry of another program; all of them lie beside each other. */
function programBeside(worker: URL, name: string): URL {
  return new URL(worker.pathname.endsWith(".ts") ? `${name}.ts` : `${name}.js`, worker)
}
