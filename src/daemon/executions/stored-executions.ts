import type { WireError } from "../../protocol/admin-api.ts"
import type { ExecutionSummary } from "../../protocol/functions-api.ts"
import type { Database, Reader } from "../storage/database.ts"
import { systemTables } from "../storage/system-tables.ts"
import type { SystemRow } from "../storage/system-tables.ts"
import { pageBytesMax, pageRowsMax } from "./execution-limits.ts"
import type { ExecutionPage, ExecutionQuery, ExecutionRecord } from "./executions.ts"

/** The calls of a page in short, newest first. */
export function listExecutions(database: Database, query: ExecutionQuery): readonly ExecutionSummary[] {
  const select = newestFirst(query)
    .select(["id", "function_id", "request_id", "trigger_type", "status", "started_at", "duration_ms", "error"])
    .limit(Math.min(query.limit, pageRowsMax))
  return database.read((reader) => reader.all(select.compile())).map(summaryOf)
}

/** The calls of a page in full, newest first, as many as fit into its bytes. Those that do not are not even read. */
export function listExecutionsInFull(database: Database, query: ExecutionQuery): ExecutionPage {
  return database.read((reader) => {
    const { ids, next } = idsThatFit(reader, query)
    if (ids.length === 0) return { executions: [], next }
    const select = newestFirst(query).selectAll().where("id", ">=", ids.at(-1)!)
    return { executions: reader.all(select.compile()).map(recordOf), next }
  })
}

/** A call in full. */
export function readExecution(database: Database, id: string): ExecutionRecord | undefined {
  const select = systemTables.selectFrom("_alyx_executions").selectAll().where("id", "=", id)
  const row = database.read((reader) => reader.get(select.compile()))
  return row === undefined ? undefined : recordOf(row)
}

/** At least one, where there is one. SQLite knows how long texts are without reading them. */
function idsThatFit(
  reader: Reader,
  query: ExecutionQuery,
): { readonly ids: readonly string[]; readonly next: string | null } {
  const rowsMax = Math.min(query.limit, pageRowsMax)
  const select = newestFirst(query)
    .select(({ fn }) => [
      "id",
      fn<number | null>("octet_length", ["input"]).as("input"),
      fn<number | null>("octet_length", ["output"]).as("output"),
      fn<number | null>("octet_length", ["error"]).as("error"),
      fn<number | null>("octet_length", ["logs"]).as("logs"),
    ])
    .limit(rowsMax + 1)
  const rows = reader.all(select.compile())
  const ids: string[] = []
  let bytes = 0
  for (const { id, input, output, error, logs } of rows) {
    bytes += (input ?? 0) + (output ?? 0) + (error ?? 0) + (logs ?? 0)
    if (ids.length === rowsMax || (ids.length > 0 && bytes > pageBytesMax)) return { ids, next: ids.at(-1)! }
    ids.push(id)
  }
  return { ids, next: null }
}

/** The beginning of every list. */
function newestFirst({ functionName, before }: ExecutionQuery) {
  let select = systemTables.selectFrom("_alyx_executions").orderBy("id", "desc")
  if (functionName !== undefined) select = select.where("function_id", "=", functionName)
  return before === undefined ? select : select.where("id", "<", before)
}

function recordOf(row: SystemRow<"_alyx_executions">): ExecutionRecord {
  return {
    id: row.id,
    functionName: row.function_id,
    requestId: row.request_id,
    triggerType: row.trigger_type,
    triggerId: row.trigger_id,
    parentId: row.parent_id,
    status: endedStatus(row.status),
    startedAt: row.started_at,
    completedAt: row.completed_at ?? row.started_at,
    durationMs: row.duration_ms ?? 0,
    input: row.input,
    output: row.output,
    error: row.error,
    logs: row.logs,
  }
}

type SummaryRow = Pick<
  SystemRow<"_alyx_executions">,
  "id" | "function_id" | "request_id" | "trigger_type" | "status" | "started_at" | "duration_ms" | "error"
>

function summaryOf(row: SummaryRow): ExecutionSummary {
  return {
    id: row.id,
    functionName: row.function_id,
    requestId: row.request_id,
    triggerType: row.trigger_type,
    status: endedStatus(row.status),
    startedAt: row.started_at,
    durationMs: row.duration_ms ?? 0,
    error: row.error === null ? null : (JSON.parse(row.error) as WireError),
  }
}

/** Rows are written when calls have ended; a row that says otherwise is of a call that never did. */
function endedStatus(status: SystemRow<"_alyx_executions">["status"]): ExecutionRecord["status"] {
  return status === "pending" || status === "running" ? "cancelled" : status
}
