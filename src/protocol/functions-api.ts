/** What is said of functions over the admin API (/api/admin, local socket or TCP as an admin). */
import type { LogLevel, WireError } from "./admin-api.ts"

/** GET /api/admin/functions */
export interface FunctionsResponse {
  readonly functions: readonly FunctionDetail[]
  readonly pool: {
    readonly workers: number
    readonly instances: number
    readonly running: number
    readonly queued: number
  }
}

export interface FunctionDetail {
  readonly name: string
  /** Relative to the root. */
  readonly source: string
  readonly state: "serving" | "failed" | "stale"
  /** `stale`: the newest source does not build, and the one before is served. */
  readonly style: "define" | "handler" | "fetch" | "plugin" | null
  /** Made by our compiler, or by another tool. */
  readonly engine: "alyx" | "extism" | "foreign" | null
  readonly hash: string | null
  readonly bytes: number | null
  /** Null where it is not served at /api/functions/:name. */
  readonly path: string | null
  readonly routes: readonly { readonly path: string; readonly methods: readonly string[] }[]
  readonly access: string | null
  readonly privileged: boolean
  readonly input: unknown
  readonly output: unknown
  readonly limits: {
    readonly timeoutMs: number
    readonly memoryBytes: number
    readonly minWarm: number
    readonly maxConcurrency: number
    readonly idleTimeoutMs: number
    readonly isolation: "instance" | "per_call"
  }
  readonly allowedHosts: readonly string[]
  /** Names only. */
  readonly env: readonly string[]
  readonly secrets: readonly { readonly name: string; readonly isSet: boolean }[]
  readonly lastBuild: {
    readonly outcome: "built" | "failed"
    readonly at: string
    readonly durationMs: number
    readonly error: WireError | null
  } | null
  /** Since the start of the daemon. */
  readonly calls: FunctionCalls
}

export interface FunctionCalls {
  readonly total: number
  readonly failed: number
  /** Of the last 1,000 calls; null before the first. */
  readonly p50Ms: number | null
  readonly p99Ms: number | null
  /** Calls in each of the last 60 seconds, oldest first. */
  readonly perSecond: readonly number[]
}

/** POST /api/admin/functions/reload: reads the folder, builds what changed, serves it. */
export interface FunctionsReloadResponse {
  readonly results: readonly BuildOutcome[]
}

export interface BuildOutcome {
  readonly name: string
  readonly outcome: "built" | "unchanged" | "failed" | "removed"
  readonly durationMs: number
  readonly bytes: number | null
  readonly error: WireError | null
}

/**
 * POST /api/admin/functions/:name/invoke `{"input": …, "as": "ada@example.com"}`: calls it as the admin who asks, or as whom
 * they name, also where it is not served over HTTP. Without `input` it gets none.
 */
export interface InvokeResponse {
  readonly executionId: string
  readonly durationMs: number
  readonly status: number
  /** The JSON value, or text; of another body its length: {"bytes": 812}. */
  readonly output: unknown
  readonly logs: readonly FunctionLog[]
  readonly error: WireError | null
}

export interface FunctionLog {
  readonly atMs: number
  readonly level: LogLevel
  readonly message: string
  readonly data?: unknown
}

/**
 * GET /api/admin/functions/:name/executions?limit=20&before=<id>, and GET /api/admin/executions of all functions: newest
 * first, at most 500.
 */
export interface ExecutionsResponse {
  readonly executions: readonly ExecutionSummary[]
}

export interface ExecutionSummary {
  readonly id: string
  readonly functionName: string
  readonly requestId: string
  readonly triggerType: string
  readonly status: "success" | "failed" | "timed_out" | "cancelled"
  /** ISO 8601. */
  readonly startedAt: string
  readonly durationMs: number
  readonly error: WireError | null
}

/**
 * The same with in_full=true: what was logged, taken and answered as well. A page ends before it holds more than 4 MiB, and has at
 * least one call.
 */
export interface ExecutionDetailsResponse {
  readonly executions: readonly ExecutionDetail[]
  /** Where the next page begins, as `before`; null at the end. */
  readonly next: string | null
}

/** GET /api/admin/executions/:id */
export interface ExecutionDetail extends ExecutionSummary {
  readonly triggerId: string | null
  readonly parentId: string | null
  readonly input: string | null
  readonly output: string | null
  readonly logs: readonly FunctionLog[]
}

/** GET /api/admin/secrets: names, never values. PUT /api/admin/secrets/:name {"value": "…"}; DELETE /api/admin/secrets/:name. */
export interface SecretsResponse {
  readonly secrets: readonly { readonly name: string; readonly updatedAt: string }[]
}
