import type { Clock } from "../../lib/clock.ts"
import type { DaemonFile, SchemaResponse, StatsResponse } from "../../protocol/admin-api.ts"
import type { DatabaseCheckResponse } from "../../protocol/data-api.ts"
import { schemaToJson } from "../../schema/schema-json.ts"
import { toWireError } from "../../protocol/wire-error.ts"
import type { ConfigHolder } from "../served/config-holder.ts"
import type { DatabaseCheck } from "../served/check-database.ts"
import type { KnownFunction } from "../functions/functions.ts"
import { DocumentCounts } from "./document-counts.ts"
import { functionProblem, functionStatus } from "./function-status.ts"
import type { Findings } from "../served/findings.ts"
import type { AdminParts } from "../http/parts.ts"
import type { SchemaHolder } from "../schema-holder.ts"
import type { ServedDatabase } from "../served/served-database.ts"

export interface DaemonStatusParts {
  /** What does not change while the daemon runs. */
  readonly identity: Omit<DaemonFile, "url">
  readonly url: () => string | null
  readonly requests: () => StatsResponse["requests"]
  readonly realtime: () => StatsResponse["realtime"]
  readonly functions: () => readonly KnownFunction[]
  /** How many follow the log. */
  readonly clients: () => number
  readonly config: ConfigHolder
  readonly database: ServedDatabase
  readonly schemas: SchemaHolder
  readonly findings: Findings
  readonly clock: Clock
  readonly shutdown: () => void
  readonly check: DatabaseCheck
}

/** Says how the daemon is: for `.alyx/daemon.json`, for the control API, and so for `alyx status`. */
export class DaemonStatus implements AdminParts {
  readonly #parts: DaemonStatusParts
  readonly #counts: DocumentCounts
  readonly #startedAtMs: number

  constructor(parts: DaemonStatusParts) {
    this.#parts = parts
    this.#counts = new DocumentCounts(parts)
    this.#startedAtMs = parts.clock.now()
  }

  file(): DaemonFile {
    return { ...this.#parts.identity, url: this.#parts.url() }
  }

  stats(): Promise<StatsResponse> {
    const { config, database, schemas, findings, clock, requests, realtime, clients } = this.#parts
    const functions = this.#parts.functions()
    const memory = process.memoryUsage()
    const { fileBytes, walBytes, commitCount } = database.stats()
    const fault = database.fault()
    const { durability } = config.current.database
    return Promise.resolve({
      daemon: this.file(),
      uptimeSeconds: Math.round((clock.now() - this.#startedAtMs) / 1_000),
      node: process.versions.node,
      memory: { rssBytes: memory.rss, heapUsedBytes: memory.heapUsed },
      database: { path: database.path, fileBytes, walBytes, commitCount, durability },
      schema: { hash: schemas.current.hash, collections: this.#counts.all() },
      requests: requests(),
      realtime: realtime(),
      functions: functionStatus(functions),
      clients: clients(),
      notices: findings.notices,
      problem: fault === undefined ? (findings.problem ?? functionProblem(functions)) : toWireError(fault),
      plan: findings.plan,
    })
  }

  schema(): SchemaResponse {
    const { current } = this.#parts.schemas
    return { hash: current.hash, schema: schemaToJson(current) }
  }

  checkDatabase(): Promise<DatabaseCheckResponse> {
    return this.#parts.check.run()
  }

  shutdown(): void {
    this.#parts.shutdown()
  }
}
