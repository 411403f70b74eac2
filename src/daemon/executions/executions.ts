import type { ExecutionSummary } from "../../protocol/functions-api.ts"

/** The execution log: a row a call, in `_alyx_executions`. Fulfilled by execution-log.ts. */
export interface Executions {
  /** Takes the row; it is written with the next group commit, so that no answer waits for it. Never throws. */
  record(execution: ExecutionRecord): void
  /** Newest first; at most 500. */
  list(query: {
    readonly functionName?: string
    readonly limit: number
    readonly before?: string
  }): readonly ExecutionSummary[]
  get(id: string): ExecutionRecord | undefined
  /** Resolves when what was recorded before can be read. */
  flush(): Promise<void>
}

/** A row. Input, output and logs are cut at 64 KiB each; values of secrets and internal fields are "[hidden]". */
export interface ExecutionRecord {
  readonly id: string
  readonly functionName: string
  readonly requestId: string
  readonly triggerType: string
  readonly triggerId: string | null
  readonly parentId: string | null
  readonly status: "success" | "failed" | "timed_out" | "cancelled"
  /** ISO 8601. */
  readonly startedAt: string
  readonly completedAt: string
  readonly durationMs: number
  /** JSON or text; null where there is none, or where it is no text. */
  readonly input: string | null
  readonly output: string | null
  /** JSON of a WireError. */
  readonly error: string | null
  /** JSON: FunctionLogLine[]. */
  readonly logs: string | null
}
