import { quoteName } from "../../../lib/sql-name.ts"
import { sqlQuery } from "../database.ts"
import type { Query, Reader, SqlValue } from "../database.ts"
import { quoteValue } from "./sql-text.ts"

/** References of one collection's documents to another's that do not exist. */
export interface BrokenReferences {
  readonly collection: string
  readonly parent: string
  readonly count: number
}

/** Finds them in one collection, or in all; grouped, so that millions of them take no memory. */
export function brokenReferencesQuery(collection?: string): Query<BrokenReferences> {
  return sqlQuery(
    `SELECT "table" AS collection, parent, count(*) AS count FROM ${checkOf(collection)} GROUP BY 1, 2 ORDER BY 1, 2`,
  )
}

/** The keys of some of the documents; their rowids where the table has no key of its own. */
export function brokenDocuments(
  reader: Reader,
  { collection, parent }: Pick<BrokenReferences, "collection" | "parent">,
  countMax: number,
): readonly SqlValue[] {
  const columns = reader.all(sqlQuery<{ name: string; pk: number }>(`PRAGMA table_info(${quoteName(collection)})`))
  const key = columns.find(({ pk }) => pk === 1)?.name ?? "rowid"
  const rowids = `SELECT rowid FROM ${checkOf(collection)} WHERE parent = ? LIMIT ${countMax}`
  const sql = `SELECT ${quoteName(key)} AS "key" FROM ${quoteName(collection)} WHERE rowid IN (${rowids}) ORDER BY 1`
  return reader.all(sqlQuery<{ key: SqlValue }>(sql, [parent])).map((row) => row.key)
}

function checkOf(collection: string | undefined): string {
  return collection === undefined ? "pragma_foreign_key_check" : `pragma_foreign_key_check(${quoteValue(collection)})`
}
