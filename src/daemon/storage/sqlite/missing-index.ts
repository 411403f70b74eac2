import type { AlyxErrorOptions } from "../../../errors.ts"
import type { Query } from "../database.ts"
import { sqlQuery } from "../database.ts"
import { quoteName } from "../../../lib/sql-name.ts"
import type { SqliteConnection } from "./sqlite-connection.ts"
import { largestRowCount } from "./table-size.ts"

/** What would have made a read shorter that was ended for taking too long. */
export function timeoutAdvice(connection: SqliteConnection, queries: readonly Query<unknown>[]): AlyxErrorOptions {
  for (const query of queries) {
    const index = missingIndex(connection, query)
    if (index === undefined || index.fields.length === 0) continue
    const { table, fields } = index
    return {
      message: `The query read too much of ${table} and was ended.`,
      next: `Add an index to ${table} in schema.yaml: indexes: [{ fields: [${fields.join(", ")}] }].`,
      details: { collection: table, fields },
    }
  }
  return {}
}

/** Finds the index that would spare a walk, as advice: the columns of the largest table that the query names. */
export function missingIndex(
  connection: SqliteConnection,
  { sql }: Query<unknown>,
): { readonly table: string; readonly fields: readonly string[] } | undefined {
  const [table] = tablesOf(connection, sql).toSorted(
    (a, b) => largestRowCount(connection, b) - largestRowCount(connection, a),
  )
  if (table === undefined) return undefined
  const columns = connection.all<{ name: string }>(sqlQuery(`PRAGMA table_info(${quoteName(table)})`))
  const clauses = sql.slice(Math.max(0, sql.search(/\b(?:WHERE|ORDER BY)\b/)))
  const named = new Set([...clauses.matchAll(/"([^"]+)"/g)].map(([, name]) => name))
  return { table, fields: columns.map(({ name }) => name).filter((name) => named.has(name)) }
}

/** The program of a query opens each table by its first page, whatever it is called in the text. */
function tablesOf(connection: SqliteConnection, sql: string): readonly string[] {
  const pages = connection
    .once<{ opcode: string; p2: number }>(`EXPLAIN ${sql}`)
    .filter(({ opcode }) => opcode === "OpenRead")
    .map(({ p2 }) => p2)
  const tables = sqlQuery<{ name: string }>(
    "SELECT DISTINCT tbl_name AS name FROM sqlite_schema WHERE rootpage IN (SELECT value FROM json_each(?))",
    [JSON.stringify(pages)],
  )
  return connection.all(tables).map(({ name }) => name)
}
