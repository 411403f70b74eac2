import type { ExecutionSummary } from "../../protocol/functions-api.ts"

/** The execution log: a row a call, in `_alyx_executions`. Fulfilled by execution-log.ts. */
export interface Executions {
  /** Takes the row; it is written with the next group commit, so that no answer waits for it. Never throws. */
  record(execution: ExecutionRecord): void
  /** Newest first; at most 500. */
  list(query: ExecutionQuery): readonly ExecutionSummary[]
  /** As list, in full; fewer where they would be more than 4 MiB. */
  listInFull(query: ExecutionQuery): ExecutionPage
  get(id: string): ExecutionRecord | undefined
  /** Resolves when what was recorded before can be read. */
  flush(): Promise<void>
}

/** Which calls are asked for. */
export interface ExecutionQuery {
  readonly functionName?: string | undefined
  readonly limit: number
  /** Only those that began before this one: its id. */
  readonly before?: string | undefined
}

/** Calls in full. */
export interface ExecutionPage {
  readonly executions: readonly ExecutionRecord[]
  /** Where the next page begins, as `before`; null at the end. */
  readonly next: string | null
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
