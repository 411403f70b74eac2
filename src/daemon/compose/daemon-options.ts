import type { Clock } from "../../lib/clock.ts"
import type { DaemonFile, DaemonMode } from "../../protocol/admin-api.ts"

/** What a daemon is started with. */
export interface DaemonOptions {
  /** The project's root: an absolute path without links. */
  readonly root: string
  readonly mode: DaemonMode
  /** In the foreground the output is a terminal's or a supervisor's; otherwise it is the log file. */
  readonly isForeground: boolean
  /** False when the files are read at the start, and then only when somebody asks for it. */
  readonly isWatching: boolean
  /** Values of flags by the option's place. */
  readonly flags: Readonly<Record<string, string | boolean>>
  /** The same flags as words, for a restart. */
  readonly flagWords: readonly string[]
  /** The command that a daemon in tool mode is started for. */
  readonly command?: string | undefined
  /** Whether migration files are applied without being asked for. */
  readonly isMigrating: boolean
  readonly env: Readonly<Record<string, string | undefined>>
  readonly version: string
  readonly clock: Clock
  /** Entries of the programs that the daemon starts beside itself. */
  readonly programs: {
    readonly checkpointWorker: URL
    readonly readerProcess: URL
    readonly seedWorker: URL
    readonly fakeWorker: URL
    readonly dataProcess: URL
    readonly functionWorker: URL
    readonly buildWorker: URL
  }
  readonly output: { write(text: string): unknown; readonly isTerminal: boolean }
  /** Told how far a change of large tables is, at most once a second. */
  readonly onProgress: (message: string) => void
  /** The state of the disk is unknown: the process must end at once. */
  readonly onFatal: () => void
  /** Aborted when the process shall end, also while the daemon starts: a migration then is ended before long. */
  readonly ending?: AbortSignal
  /** Somebody asked for an orderly end: over the control API, or idleness did. */
  readonly onShutdown: () => void
}

/** A daemon that answers. */
export interface RunningDaemon {
  readonly file: DaemonFile
  /** Reads alyx.yaml again, and in dev the schema and the migrations, as when they were saved. Never rejects. */
  reloadFiles(): Promise<void>
  /** Drains and closes everything; returns what failed on the way. Idempotent. */
  stop(): Promise<readonly { readonly name: string; readonly error: unknown }[]>
}
