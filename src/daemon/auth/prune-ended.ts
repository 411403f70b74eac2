import type { Clock } from "../../lib/clock.ts"
import { sqlQuery } from "../storage/database.ts"
import type { Database } from "../storage/database.ts"

/** How many rows of a table one write takes, so that it never keeps other writes waiting. */
export const endedCountMax = 500

/** Tables whose rows end with their time; with a session go its tokens. */
const tables = ["_alyx_sessions", "_alyx_refresh_tokens", "_alyx_auth_codes"] as const

/** Deletes up to 500 rows of each table that have expired; says whether there may be more. */
export async function pruneEnded({
  database,
  clock,
}: {
  readonly database: Database
  readonly clock: Clock
}): Promise<boolean> {
  const nowIso = new Date(clock.now()).toISOString()
  const anySql = tables.map((table) => `EXISTS (SELECT 1 FROM "${table}" WHERE expires_at <= ?)`).join(" OR ")
  const any = sqlQuery<{ found: 0 | 1 }>(`SELECT ${anySql} AS found`, [nowIso, nowIso, nowIso])
  if (database.read((reader) => reader.get(any))?.found !== 1) return false
  return database.write((transaction) => {
    const counts = tables.map((table) => {
      const ended = `SELECT rowid FROM "${table}" WHERE expires_at <= ? LIMIT ${endedCountMax}`
      return transaction.run(sqlQuery(`DELETE FROM "${table}" WHERE rowid IN (${ended})`, [nowIso])).changes
    })
    return counts.some((count) => count === endedCountMax)
  })
}
