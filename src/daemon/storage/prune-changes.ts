import type { Clock } from "../../lib/clock.ts"
import { latestSeq } from "./changes.ts"
import { sqlQuery } from "./database.ts"
import type { Database, Reader, Transaction } from "./database.ts"
import { writeMeta } from "./meta.ts"
import { systemTables } from "./system-tables.ts"

/** How long the log is kept: whichever limit is reached first. */
export interface ChangeLimits {
  readonly ageMsMax: number
  readonly rowCountMax: number
  readonly bytesMax: number
}

/** A day, a million rows, 256 MB. */
export const defaultChangeLimits: ChangeLimits = {
  ageMsMax: 24 * 60 * 60 * 1000,
  rowCountMax: 1_000_000,
  bytesMax: 256 * 1024 * 1024,
}

/** How many rows one pruning write takes, so that it never keeps other writes waiting. */
export const pruneCountMax = 1_000

/** How many rows at each end are looked at to estimate the bytes of all. */
const sampleCount = 200

/** Deletes up to 1,000 of the oldest changes beyond the limits; says how many, so that 1,000 means: call again. */
export async function pruneChanges(
  database: Database,
  clock: Clock,
  limits: ChangeLimits = defaultChangeLimits,
): Promise<number> {
  const nothingToDo = database.read((reader) => pruneBound(reader, clock.now(), limits) === undefined)
  if (nothingToDo) return 0
  return database.write((transaction) => {
    const bound = pruneBound(transaction, clock.now(), limits)
    return bound === undefined ? 0 : deleteThrough(transaction, bound)
  })
}

function deleteThrough(transaction: Transaction, bound: number): number {
  const { changes } = transaction.run(systemTables.deleteFrom("_alyx_changes").where("seq", "<=", bound).compile())
  writeMeta(transaction, "pruned_through", String(bound))
  return changes
}

/** The highest number to delete now, or undefined when the log is within its limits. */
function pruneBound(reader: Reader, nowMs: number, limits: ChangeLimits): number | undefined {
  const page = systemTables.selectFrom("_alyx_changes").select(["seq", "at"]).orderBy("seq").limit(pruneCountMax)
  const oldest = reader.all(page.compile())
  const first = oldest[0]?.seq
  if (first === undefined) return undefined
  const rowCount = latestSeq(reader) - first + 1
  if (rowCount > limits.rowCountMax) return oldest[Math.min(oldest.length, rowCount - limits.rowCountMax) - 1]?.seq
  if (rowCount * averageBytes(reader) > limits.bytesMax) return oldest.at(-1)?.seq
  const keptFrom = new Date(nowMs - limits.ageMsMax).toISOString()
  return oldest.findLast((change) => change.at < keptFrom)?.seq
}

/** What a row takes on average, seen from the newest and the oldest ones. */
function averageBytes(reader: Reader): number {
  const size = "length(before) + length(changed_fields) + 100"
  const sample = (order: string): string =>
    `SELECT coalesce(${size}, length(before) + 100, 100) AS bytes FROM _alyx_changes ORDER BY seq ${order} LIMIT ${sampleCount}`
  const sql = `SELECT avg(bytes) AS bytes FROM (SELECT * FROM (${sample("ASC")}) UNION ALL SELECT * FROM (${sample("DESC")}))`
  return reader.get(sqlQuery<{ bytes: number | null }>(sql))?.bytes ?? 0
}
