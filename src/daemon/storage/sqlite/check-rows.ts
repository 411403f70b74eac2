import type { Collection, Field } from "../../../schema/schema.ts"
import type { RowCondition } from "../../../schema/schema-change.ts"
import { sqlQuery } from "../database.ts"
import type { Reader, SqlValue } from "../database.ts"
import { quoteName } from "../../../lib/sql-name.ts"

/** How many documents a refusal names. */
const conflictCountMax = 10

/**
 * Returns the ids of documents that stand in the way of a change, at most 10 of them; none when the rows fit. `from`
 * is the collection as its table is now.
 */
export function conflictingIds(
  reader: Reader,
  { from, to, condition }: { readonly from: Collection; readonly to: Collection; readonly condition: RowCondition },
): readonly SqlValue[] {
  switch (condition.kind) {
    case "no-rows":
      return readIds(reader, from, "")
    case "one-row-at-most": {
      const ids = readIds(reader, from, "")
      return ids.length > 1 ? ids : []
    }
    case "no-duplicates":
      return duplicates(reader, { from, to, fields: condition.fields })
  }
}

function duplicates(
  reader: Reader,
  { from, to, fields }: { readonly from: Collection; readonly to: Collection; readonly fields: readonly string[] },
): readonly SqlValue[] {
  const added = fields.filter((name) => !from.fields.has(name)).map((name) => to.fields.get(name)!)
  if (added.some(differsByRow)) return []
  // What is left of new fields is the same constant in every row, and takes no part in the comparison.
  const present = fields.filter((name) => from.fields.has(name))
  if (present.length === 0) {
    const ids = readIds(reader, from, "")
    return ids.length > 1 ? ids : []
  }
  const columns = present.map(quoteName).join(", ")
  const notNull = present.map((name) => `${quoteName(name)} IS NOT NULL`).join(" AND ")
  const table = quoteName(from.name)
  const repeated = `SELECT ${columns} FROM ${table} WHERE ${notNull} GROUP BY ${columns} HAVING count(*) > 1 LIMIT ${conflictCountMax}`
  return readIds(reader, from, `WHERE (${columns}) IN (${repeated}) ORDER BY ${columns}`)
}

/** Existing rows get NULL, which equals nothing, or a value of their own. */
function differsByRow(field: Field): boolean {
  if (field.default === null) return true
  return field.default.kind === "auto" || (field.default.kind === "literal" && field.default.value === null)
}

function readIds(reader: Reader, { name, primaryKey }: Collection, clauses: string): readonly SqlValue[] {
  const sql = `SELECT ${quoteName(primaryKey.name)} AS id FROM ${quoteName(name)} ${clauses} LIMIT ${conflictCountMax}`
  return reader.all(sqlQuery<{ id: SqlValue }>(sql)).map((row) => row.id)
}
