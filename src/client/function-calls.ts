import type { BuildEntry, ExecutionEntry } from "../protocol/admin-api.ts"
import type {
  ExecutionDetail,
  ExecutionDetailsResponse,
  FunctionsResponse,
  InvokeResponse,
} from "../protocol/functions-api.ts"
import type { DaemonClient } from "./daemon-client.ts"

/** How many past entries of the activity the daemon keeps at most. */
const activityTail = 1_000

/** The functions of a project, as the daemon knows them. */
export function listFunctions(client: DaemonClient): Promise<FunctionsResponse> {
  return client.get<FunctionsResponse>("/api/admin/functions")
}

/** Calls a function as the admin who asks, or as whom they name; waits as long as the function may take. */
export function invokeFunction(
  client: DaemonClient,
  { name, input, as }: { readonly name: string; readonly input: unknown; readonly as?: string | undefined },
): Promise<InvokeResponse> {
  return client.post<InvokeResponse>(`${functionPath(name)}/invoke`, { input, as }, { timeoutMs: 0 })
}

/** Where the admin API has a function. */
export function functionPath(name: string): string {
  return `/api/admin/functions/${encodeURIComponent(name)}`
}

/** What the log of functions consists of. */
export type FunctionLogEntry = ExecutionEntry | BuildEntry

/** Which calls are asked for. */
export interface FunctionLogQuery {
  /** Null for all functions. */
  readonly name: string | null
  /** How many past calls come first. */
  readonly tail: number
  readonly follow: boolean
  readonly signal?: AbortSignal
}

/**
 * Past calls from the execution log, which outlives the daemon, joined with those that it has not written yet; then, when
 * they are followed, every call that ends and every build.
 */
export async function* functionLog(client: DaemonClient, query: FunctionLogQuery): AsyncGenerator<FunctionLogEntry> {
  const { name, tail, follow, signal } = query
  const kinds = ["execution", "build"] as const
  const isOurs = (entry: { readonly name: string }): boolean => name === null || entry.name === name
  const recent: FunctionLogEntry[] = []
  for await (const entry of client.logs({ tail: activityTail, follow: false, kinds: [...kinds] }))
    if ((entry.kind === "execution" || entry.kind === "build") && isOurs(entry)) recent.push(entry)
  const seenSeq = Math.max(0, ...recent.map(({ seq }) => seq))
  const calls = recent.filter((entry) => entry.kind === "execution")
  const stored = tail === 0 ? [] : await storedCalls(client, { name, tail, known: calls })
  const past = [...stored, ...calls].toSorted((one, other) => Date.parse(one.time) - Date.parse(other.time))
  if (tail > 0) yield* past.slice(-tail)
  if (!follow) return
  const entries = client.logs({ tail: activityTail, follow: true, kinds: [...kinds], ...(signal ? { signal } : {}) })
  for await (const entry of entries) {
    if ((entry.kind !== "execution" && entry.kind !== "build") || entry.seq <= seenSeq) continue
    if (isOurs(entry)) yield entry
  }
}

/** Calls in the execution log that are not known already, with what they logged. */
async function storedCalls(
  client: DaemonClient,
  {
    name,
    tail,
    known,
  }: { readonly name: string | null; readonly tail: number; readonly known: readonly ExecutionEntry[] },
): Promise<readonly ExecutionEntry[]> {
  const missing = tail - known.length
  if (missing <= 0) return []
  const knownIds = new Set(known.map(({ executionId }) => executionId))
  const newest = await lastExecutions(client, { name, count: tail })
  return newest
    .filter(({ id }) => !knownIds.has(id))
    .slice(0, missing)
    .map(entryOf)
}

/** The last calls of a function, or of all, with what they logged, newest first. What is large comes in several pages. */
export async function lastExecutions(
  client: DaemonClient,
  { name, count }: { readonly name: string | null; readonly count: number },
): Promise<readonly ExecutionDetail[]> {
  const path = name === null ? "/api/admin/executions" : `${functionPath(name)}/executions`
  const found: ExecutionDetail[] = []
  let before = ""
  while (found.length < count) {
    const query = `in_full=true&limit=${count - found.length}${before}`
    const { executions, next } = await client.get<ExecutionDetailsResponse>(`${path}?${query}`)
    found.push(...executions)
    if (next === null) break
    before = `&before=${encodeURIComponent(next)}`
  }
  return found
}

/** A stored call in the form in which calls are told when they end. */
function entryOf(detail: ExecutionDetail): ExecutionEntry {
  return {
    kind: "execution",
    seq: 0,
    time: new Date(Date.parse(detail.startedAt) + detail.durationMs).toISOString(),
    name: detail.functionName,
    executionId: detail.id,
    requestId: detail.requestId,
    trigger: detail.triggerType,
    status: detail.status,
    durationMs: detail.durationMs,
    logs: detail.logs,
    ...(detail.error === null ? {} : { error: detail.error }),
  }
}
