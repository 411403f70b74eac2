import type { ExecutionSummary } from "../../protocol/functions-api.ts"
import { isAlyxError } from "../../errors.ts"
import { BoundedQueue } from "../../lib/bounded-queue.ts"
import type { Database } from "../storage/database.ts"
import { systemTables } from "../storage/system-tables.ts"
import type { SystemRow } from "../storage/system-tables.ts"
import type { ExecutionPage, ExecutionQuery, ExecutionRecord, Executions } from "./executions.ts"
import { listExecutions, listExecutionsInFull, readExecution } from "./stored-executions.ts"

/** How long a row waits for others at most. */
const pauseMs = 100

/** How many rows, and characters of them, wait at most; then the oldest are lost: calls come faster than they can be written. */
const waitingRowsMax = 2_000
const waitingLengthMax = 16 * 1024 * 1024

/** How many writes are under way at a time; what comes meanwhile waits. */
const writesMax = 20

/** How many rows one savepoint takes, so that a group commit stays short. */
const rowsPerWrite = 50

/** What ExecutionLog needs. */
export interface ExecutionLogOptions {
  readonly database: Database
  /** Called when rows are lost, at most once for each write. */
  readonly onWarning: (message: string, facts: Readonly<Record<string, unknown>>) => void
}

/**
 * Writes calls of functions into `_alyx_executions`. No answer waits for it: rows are collected for 100 ms and written together.
 * While something else holds the database they are kept, as many as may wait, and written afterwards. What has not been written when the process dies is lost.
 */
export class ExecutionLog implements Executions {
  readonly #options: ExecutionLogOptions
  readonly #waiting = new BoundedQueue<ExecutionRecord>(waitingRowsMax)
  #timer: NodeJS.Timeout | undefined
  readonly #writing = new Set<Promise<void>>()
  #waitingLength = 0
  #lostCount = 0
  #refusedCount = 0
  #isStopping = false

  constructor(options: ExecutionLogOptions) {
    this.#options = options
  }

  record(execution: ExecutionRecord): void {
    this.#waitingLength += lengthOf(execution)
    this.#lose(this.#waiting.push(execution))
    while (this.#waitingLength > waitingLengthMax) this.#lose(this.#waiting.shift())
    this.#timer ??= setTimeout(() => this.#writeSome(), pauseMs)
  }

  /**
   * Writes what waits; resolves when it, and all before it, can be read, or when the database is held by something else for
   * too long. Never rejects.
   */
  async flush(): Promise<void> {
    const refusedBefore = this.#refusedCount
    this.#writeSome()
    while (this.#writing.size > 0 && this.#refusedCount === refusedBefore) {
      await Promise.all(this.#writing)
      if (this.#refusedCount === refusedBefore) this.#writeSome()
    }
  }

  /** Writes what waits, or tells that it is lost. Nothing is recorded afterwards. */
  async stop(): Promise<void> {
    this.#isStopping = true
    while (this.#waiting.size > 0 || this.#writing.size > 0) await this.flush()
  }

  list(query: ExecutionQuery): readonly ExecutionSummary[] {
    return listExecutions(this.#options.database, query)
  }

  listInFull(query: ExecutionQuery): ExecutionPage {
    return listExecutionsInFull(this.#options.database, query)
  }

  get(id: string): ExecutionRecord | undefined {
    return readExecution(this.#options.database, id)
  }

  /** Begins as many writes as may be under way. */
  #writeSome(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#tellLost()
    while (this.#waiting.size > 0 && this.#writing.size < writesMax) {
      const write = this.#write(this.#take()).finally(() => this.#writing.delete(write))
      this.#writing.add(write)
    }
    if (this.#waiting.size > 0) this.#timer = setTimeout(() => this.#writeSome(), pauseMs)
  }

  #take(): readonly ExecutionRecord[] {
    const rows: ExecutionRecord[] = []
    while (rows.length < rowsPerWrite) {
      const row = this.#waiting.shift()
      if (row === undefined) break
      this.#waitingLength -= lengthOf(row)
      rows.push(row)
    }
    return rows
  }

  async #write(rows: readonly ExecutionRecord[]): Promise<void> {
    const statements = rows.map((row) => systemTables.insertInto("_alyx_executions").values(rowOf(row)).compile())
    try {
      await this.#options.database.write((transaction) => {
        for (const statement of statements) transaction.run(statement)
      })
    } catch (error) {
      const isHeld = isAlyxError(error, "DATABASE_BUSY") || isAlyxError(error, "OVERLOADED")
      if (isHeld && !this.#isStopping) return this.#putBack(rows)
      this.#options.onWarning("Calls of functions could not be put into the execution log.", {
        count: rows.length,
        error,
      })
    }
  }

  /** For another try: what came later goes first where there is no room for both. */
  #putBack(rows: readonly ExecutionRecord[]): void {
    this.#refusedCount += 1
    for (const row of rows.toReversed()) {
      this.#waitingLength += lengthOf(row)
      const fits = this.#waitingLength <= waitingLengthMax && this.#waiting.unshift(row)
      if (!fits) this.#lose(row)
    }
    this.#timer ??= setTimeout(() => this.#writeSome(), pauseMs)
  }

  #lose(row: ExecutionRecord | undefined): void {
    if (row === undefined) return
    this.#waitingLength -= lengthOf(row)
    this.#lostCount += 1
  }

  #tellLost(): void {
    if (this.#lostCount === 0) return
    this.#options.onWarning("Functions were called faster than the execution log is written.", {
      lost: this.#lostCount,
    })
    this.#lostCount = 0
  }
}

/** What a row weighs beside its short members. */
function lengthOf({ input, output, error, logs }: ExecutionRecord): number {
  return (input?.length ?? 0) + (output?.length ?? 0) + (error?.length ?? 0) + (logs?.length ?? 0)
}

function rowOf(record: ExecutionRecord): SystemRow<"_alyx_executions"> {
  return {
    id: record.id,
    function_id: record.functionName,
    request_id: record.requestId,
    trigger_type: record.triggerType,
    trigger_id: record.triggerId,
    parent_id: record.parentId,
    status: record.status,
    started_at: record.startedAt,
    completed_at: record.completedAt,
    duration_ms: record.durationMs,
    input: record.input,
    output: record.output,
    error: record.error,
    logs: record.logs,
  }
}
