import type { Clock } from "../../lib/clock.ts"
import { RepeatedWork } from "../../lib/repeated-work.ts"
import { sqlQuery } from "../storage/database.ts"
import type { Database, Reader } from "../storage/database.ts"
import { keptDays, keptRowsMax } from "./execution-limits.ts"

/** How often it is looked. */
const pauseMs = 60_000

/** How many rows one write takes, so that it never keeps other writes waiting. */
export const prunedCountMax = 500

/** How much is remembered. */
export interface ExecutionLimits {
  readonly ageMsMax: number
  readonly rowsMax: number
}

const limits: ExecutionLimits = { ageMsMax: keptDays * 86_400_000, rowsMax: keptRowsMax }

/** What the pruner needs. */
export interface ExecutionPrunerOptions {
  readonly database: Database
  readonly clock: Clock
  /** Called with what went wrong; the next look tries again. */
  readonly onWarning: (error: unknown) => void
}

/** Keeps the execution log within 30 days and 100,000 rows, 500 rows a write. */
export function executionPruner(options: ExecutionPrunerOptions): RepeatedWork {
  return new RepeatedWork({
    pauseMs,
    onWarning: options.onWarning,
    work: async (isStopped) => {
      while (!isStopped() && (await pruneExecutions(options)) === prunedCountMax);
    },
  })
}

/** Deletes up to 500 of the oldest rows beyond the limits; says how many. */
export async function pruneExecutions(
  { database, clock }: Pick<ExecutionPrunerOptions, "database" | "clock">,
  { ageMsMax, rowsMax }: ExecutionLimits = limits,
): Promise<number> {
  const keptFrom = new Date(clock.now() - ageMsMax).toISOString()
  if (database.read((reader) => beyond(reader, keptFrom, rowsMax)) === undefined) return 0
  return database.write((transaction) => {
    const through = beyond(transaction, keptFrom, rowsMax)
    if (through === undefined) return 0
    return transaction.run(sqlQuery("DELETE FROM _alyx_executions WHERE rowid <= ?", [through])).changes
  })
}

/** The number of the last row to delete now; undefined when there is none. Rows are numbered in the order of their writing. */
function beyond(reader: Reader, keptFrom: string, rowsMax: number): number | undefined {
  const ends = reader.get(
    sqlQuery<{ first: number | null; last: number | null }>(
      "SELECT (SELECT min(rowid) FROM _alyx_executions) AS first, (SELECT max(rowid) FROM _alyx_executions) AS last",
    ),
  )
  if (ends === undefined || ends.first === null || ends.last === null) return undefined
  const { first, last } = ends
  const over = last - first + 1 - rowsMax
  if (over > 0) return first + Math.min(over, prunedCountMax) - 1
  const page = sqlQuery<{ rowid: number; started_at: string }>(
    "SELECT rowid, started_at FROM _alyx_executions ORDER BY rowid LIMIT ?",
    [prunedCountMax],
  )
  const rows = reader.all(page)
  const firstKept = rows.findIndex(({ started_at: startedAt }) => startedAt >= keptFrom)
  return firstKept === -1 ? rows.at(-1)?.rowid : rows[firstKept - 1]?.rowid
}
