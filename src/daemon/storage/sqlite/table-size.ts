import type { Reader } from "../database.ts"
import { sqlQuery } from "../database.ts"
import { quoteName } from "../../../lib/sql-name.ts"

/** A change of a table with more rows takes seconds. */
export const largeTableRowCount = 20_000

/** How many rows a table holds at most: found without a walk, by its first and last rowid. */
export function largestRowCount(reader: Reader, table: string): number {
  const name = quoteName(table)
  // Two subqueries: SQLite finds one minimum or maximum in an index, not both at once.
  const sql = `SELECT (SELECT max(rowid) FROM ${name}) - (SELECT min(rowid) FROM ${name}) + 1.0 AS count`
  return reader.get<{ count: number | null }>(sqlQuery(sql))?.count ?? 0
}

/** How many rows a table holds: exact for small ones, else at most so many. 0 for one that is not there. */
export function countRows(reader: Reader, table: string): number {
  if (reader.get(sqlQuery("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?", [table])) === undefined)
    return 0
  const sql = `SELECT count(*) AS count FROM (SELECT 1 FROM ${quoteName(table)} LIMIT ${largeTableRowCount + 1})`
  const { count } = reader.get<{ count: number }>(sqlQuery(sql))!
  return count > largeTableRowCount ? Math.max(count, largestRowCount(reader, table)) : count
}
