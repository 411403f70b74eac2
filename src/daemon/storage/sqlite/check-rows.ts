import type { Collection, Field } from "../../../schema/schema.ts"
import type { RowCondition } from "../../../schema/schema-change.ts"
import { sqlQuery } from "../database.ts"
import type { Reader, SqlValue } from "../database.ts"
import { quoteName } from "../../../lib/sql-name.ts"

/** How many documents a refusal names. */
const conflictCountMax = 10

/** What a look at the rows is made from. */
export interface ConflictParts {
  /** The collection as its table is now. */
  readonly from: Collection
  readonly to: Collection
  readonly condition: RowCondition
  /** Where the rows are: the table when left out, or a query in parentheses. */
  readonly source?: string
}

/** A query for documents that stand in the way; they do so when it gives at least `countMin`. */
export interface ConflictQuery {
  readonly sql: string
  readonly countMin: 1 | 2
}

/** Returns the ids of documents that stand in the way of a change, at most 10 of them; none when the rows fit. */
export function conflictingIds(reader: Reader, parts: ConflictParts): readonly SqlValue[] {
  const query = conflictQuery(parts)
  if (query === null) return []
  const ids = reader.all(sqlQuery<{ id: SqlValue }>(query.sql)).map((row) => row.id)
  return ids.length >= query.countMin ? ids : []
}

/** Returns the query that finds them; null when no row can be in the way. */
export function conflictQuery({
  from,
  to,
  condition,
  source = quoteName(from.name),
}: ConflictParts): ConflictQuery | null {
  const { primaryKey } = from
  const query = (clauses: string): string =>
    `SELECT ${quoteName(primaryKey.name)} AS id FROM ${source} ${clauses} LIMIT ${conflictCountMax}`
  if (condition.kind === "no-rows") return { sql: query(""), countMin: 1 }
  if (condition.kind === "one-row-at-most") return { sql: query(""), countMin: 2 }
  const { fields } = condition
  const added = fields.filter((name) => !from.fields.has(name)).map((name) => to.fields.get(name)!)
  if (added.some(differsByRow)) return null
  // What is left of new fields is the same constant in every row, and takes no part in the comparison.
  const present = fields.filter((name) => from.fields.has(name))
  if (present.length === 0) return { sql: query(""), countMin: 2 }
  const columns = present.map(quoteName).join(", ")
  const notNull = present.map((name) => `${quoteName(name)} IS NOT NULL`).join(" AND ")
  const repeated = `SELECT ${columns} FROM ${source} WHERE ${notNull} GROUP BY ${columns} HAVING count(*) > 1 LIMIT ${conflictCountMax}`
  return { sql: query(`WHERE (${columns}) IN (${repeated}) ORDER BY ${columns}`), countMin: 1 }
}

/** Existing rows get NULL, which equals nothing, or a value of their own. */
function differsByRow(field: Field): boolean {
  if (field.default === null) return true
  return field.default.kind === "auto" || (field.default.kind === "literal" && field.default.value === null)
}
