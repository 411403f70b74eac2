/**
 * What the command line (or any remote client) and a daemon say to each other: HTTP under /api/admin, over the local
 * socket. Bodies are JSON; errors have the form of the whole API ({ error: { code, message, next?, details? } }).
 */

import type { MigrationPlan } from "./migrations-api.ts"

/** Grows when a client and a daemon of different versions would misunderstand each other. */
export const protocolVersion = 1

/**
 * `dev` follows the project's files, `start` is the production server, `tool` has no TCP port, applies no schema and
 * lives as long as the command that needs it.
 */
export type DaemonMode = "dev" | "start" | "tool"

/** `.alyx/daemon.json` (0600): where the daemon is. Pids are only for display; the socket decides who is alive. */
export interface DaemonFile {
  readonly version: string
  readonly protocol: number
  readonly mode: DaemonMode
  readonly pid: number
  /** ISO 8601. */
  readonly startedAt: string
  readonly projectRoot: string
  readonly socketPath: string
  /** Null when the daemon has no TCP port. */
  readonly url: string | null
  readonly logFile: string | null
  /** The flags that it was started with (`--port`, `9000`), so that a restart can repeat them. */
  readonly flags?: readonly string[]
  /** The command that a daemon in tool mode was started for: `migrate apply`. */
  readonly command?: string
}

/**
 * The messages of the spawned daemon to its parent over the IPC channel. How far a change of tables is may come any
 * number of times; the first of the others decides.
 */
export type ReadyMessage =
  | { readonly type: "progress"; readonly message: string }
  | { readonly type: "ready"; readonly daemon: DaemonFile }
  | { readonly type: "failed"; readonly error: WireError }

/** An AlyxError as JSON. */
export interface WireError {
  readonly code: string
  readonly message: string
  readonly next?: string
  readonly details?: Readonly<Record<string, unknown>>
  readonly problems?: readonly {
    readonly code: string
    readonly message: string
    readonly next?: string
    readonly at?: { readonly file: string; readonly line: number; readonly column: number; readonly length?: number }
  }[]
}

/** GET /api/admin/stats */
export interface StatsResponse {
  readonly daemon: DaemonFile
  readonly uptimeSeconds: number
  readonly node: string
  readonly memory: { readonly rssBytes: number; readonly heapUsedBytes: number }
  readonly database: {
    readonly path: string
    readonly fileBytes: number
    readonly walBytes: number
    readonly commitCount: number
    readonly durability: "full" | "normal"
  }
  readonly schema: { readonly hash: string; readonly collections: readonly CollectionStats[] }
  /** Of the API; what is asked over the local socket does not count. `failed` was answered with 500 or above. */
  readonly requests: { readonly total: number; readonly failed: number; readonly inFlight: number }
  /** Null where live queries are not served. */
  readonly realtime: RealtimeStats | null
  /** Null where the project has no functions. */
  readonly functions: FunctionStats | null
  /** Those who follow the log now: dashboards, and `alyx logs --follow`. */
  readonly clients: number
  /** What the schema or configuration asks for and this version does not do yet, and similar. */
  readonly notices: readonly string[]
  /** What is wrong with the database, or keeps the written schema or configuration from being served; null when all is well. */
  readonly problem: WireError | null
  /** In dev: what leads to the written schema and waits for a decision, since something is lost by it or files are pending. */
  readonly plan: MigrationPlan | null
}

/** How many functions there are. GET /api/admin/functions says more of each. */
export interface FunctionStats {
  readonly count: number
  /** By name: those whose newest source, or plug-in, could not be served. */
  readonly failing: readonly string[]
}

/** How live queries are. */
export interface RealtimeStats {
  readonly sockets: number
  readonly subscriptions: number
  /** Different queries among them, which are looked at once each. */
  readonly groups: number
  /** Messages handed to subscribers since the start. */
  readonly messages: number
  /** Milliseconds of the slowest hand-out of the last minute. */
  readonly slowestFanOutMs: number
  /** What clients have not taken yet. */
  readonly untakenBytes: number
}

export interface CollectionStats {
  readonly name: string
  /** Null when it cannot be counted, since another program dropped the table. */
  readonly documentCount: number | null
}

/** GET /api/admin/schema */
export interface SchemaResponse {
  readonly hash: string
  /** The applied schema in canonical form, as schemaToJson writes it. */
  readonly schema: unknown
}

/** POST /api/admin/shutdown answers 202 with this, then the daemon drains and ends. */
export interface ShutdownResponse {
  readonly pid: number
}

/**
 * GET /api/admin/logs: Server-Sent Events, one LogEntry each, `id:` its seq. Query: `tail` (how many past entries come
 * first, default 100, at most 1000), `follow` (default true; false ends after the tail), `kind` (repeatable).
 * Last-Event-ID resumes. A reader that is too slow loses entries and gets one of kind "lost" with their number.
 */
export type LogEntry = LogLine | RequestEntry | ReloadEntry | BuildEntry | ExecutionEntry | LostEntry

interface EntryBase {
  readonly seq: number
  /** ISO 8601 with milliseconds. */
  readonly time: string
}

export type LogLevel = "debug" | "info" | "warn" | "error"

export interface LogLine extends EntryBase {
  readonly kind: "log"
  readonly level: LogLevel
  readonly message: string
  readonly fields?: Readonly<Record<string, unknown>>
}

export interface RequestEntry extends EntryBase {
  readonly kind: "request"
  readonly method: string
  /** Path and query as asked for, at most 2,000 characters; the values of secret parameters are "[hidden]". */
  readonly url: string
  /** 499 when the client left before an answer began. */
  readonly status: number
  readonly durationMs: number
  readonly requestId: string
  /** The code of the error that was answered, if one was. */
  readonly code?: string
}

/** One turn of the dev loop: a file changed, and this came of it. */
export interface ReloadEntry extends EntryBase {
  readonly kind: "reload"
  readonly cause: "schema" | "config" | "migrations" | "start"
  readonly outcome: "applied" | "unchanged" | "refused"
  /** True when the files had been refused before and are fine again. */
  readonly mended?: boolean
  readonly durationMs: number
  /** What changed, a line each: "+ posts.view_count (int)". */
  readonly changes: readonly string[]
  readonly error?: WireError
}

/**
 * GET /api/admin/requests/:requestId, in dev only: one of the last requests in full. Headers and fields that carry
 * secrets are replaced by "[hidden]"; a body is kept up to 16 kB.
 */
export interface RequestDetail {
  readonly entry: RequestEntry
  readonly request: CapturedMessage
  readonly response: CapturedMessage
  /** Who asked, in words. */
  readonly caller: string
  /** The rule of the collection that decided, in words; null for requests that are not on documents. */
  readonly rule: string | null
  /** At most 100 statements, in the order in which they ran. */
  readonly statements: readonly CapturedStatement[]
}

export interface CapturedMessage {
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Null when there was none, or when it is not text. */
  readonly body: string | null
  readonly bodyBytes: number
}

export interface CapturedStatement {
  readonly sql: string
  readonly durationMs: number
  /** Rows read or changed. */
  readonly rowCount: number
  /** `reader` ran in a process beside the daemon. */
  readonly where: "daemon" | "reader"
}

/** A function was built, or not; told of every save in dev, and of every reload. */
export interface BuildEntry extends EntryBase {
  readonly kind: "build"
  readonly name: string
  readonly outcome: "built" | "failed" | "removed"
  readonly durationMs: number
  readonly bytes: number | null
  readonly error?: WireError
}

/** A call of a function has ended. */
export interface ExecutionEntry extends EntryBase {
  readonly kind: "execution"
  readonly name: string
  readonly executionId: string
  readonly requestId: string
  readonly trigger: string
  readonly status: "success" | "failed" | "timed_out" | "cancelled"
  readonly durationMs: number
  /** At most 100, each cut at 2,000 characters. */
  readonly logs: readonly {
    readonly atMs: number
    readonly level: LogLevel
    readonly message: string
    readonly data?: unknown
  }[]
  readonly error?: WireError
}

export interface LostEntry extends EntryBase {
  readonly kind: "lost"
  readonly count: number
}
