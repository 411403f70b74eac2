import type { Clock } from "../../lib/clock.ts"
import type { Logger } from "../../lib/logger.ts"
import type { Config } from "../../project/options.ts"
import type { DaemonMode, SchemaResponse, StatsResponse } from "../../protocol/admin-api.ts"
import type { DatabaseCheckResponse } from "../../protocol/data-api.ts"
import type { Activity } from "../activity.ts"
import type { AuthParts } from "../auth/auth.ts"
import type { Identity } from "../caller.ts"
import type { DataService } from "../data/data-service.ts"
import type { LiveSockets } from "../realtime/live-sockets.ts"
import type { SeedAndFake } from "../data/seed-and-fake.ts"
import type { RecordParts } from "../records/records.ts"
import type { RequestTraces } from "../request-trace.ts"
import type { MigrationService } from "../served/migration-service.ts"
import type { SchemaHolder } from "../schema-holder.ts"
import type { FunctionEdge } from "./function-edge.ts"

/**
 * The part of the configuration that the HTTP edge reads. It is read at every request, so that an option acts at once;
 * what belongs to a listener (see ListenerSettings) acts when that is opened again.
 */
export type HttpConfig = Pick<Config, "server" | "metrics"> & { readonly api: Pick<Config["api"], "docs"> }

/** Tells whom a token belongs to. */
export interface Identities {
  /** At once where the token is known; throws INVALID_TOKEN, or rejects with it. */
  identify(token: string): Identity | Promise<Identity>
}

/** What the routes of the local socket ask of the daemon. */
export interface AdminParts {
  stats(): Promise<StatsResponse>
  schema(): SchemaResponse
  /** Reads the whole database, beside the daemon. */
  checkDatabase(): Promise<DatabaseCheckResponse>
  /** Begins an orderly end; returns at once. */
  shutdown(): void
}

/** The daemon's log. What goes to `lines` is written only, since those who follow the activity hear of it otherwise. */
export interface HttpLog extends Logger {
  readonly lines: Logger
}

/** What is asked of the data tools. */
export type DataRequests = Pick<DataService, "dump" | "query" | "write" | "restore" | "reset" | "backup">

/** Takes over the connections of live queries. */
export type LiveEdge = Pick<LiveSockets, "accept" | "goAway" | "stats" | "stop">

/** Everything that the HTTP edge needs. */
export interface HttpParts {
  readonly config: () => HttpConfig
  readonly schemas: SchemaHolder
  readonly identities: Identities
  readonly auth: AuthParts
  readonly records: RecordParts
  /** Null where live queries are not served. */
  readonly live: LiveEdge | null
  readonly functions: FunctionEdge
  readonly activity: Activity
  readonly admin: AdminParts
  readonly migrations: MigrationService
  readonly data: DataRequests
  readonly seedAndFake: Pick<SeedAndFake, "seed" | "fake">
  readonly logger: HttpLog
  readonly clock: Clock
  readonly mode: DaemonMode
  readonly version: string
  /** In dev: follows requests to the statements that they run, and keeps them; null elsewhere. */
  readonly traces: RequestTraces | null
}
