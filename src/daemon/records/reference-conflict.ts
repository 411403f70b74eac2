import { alyxError } from "../../errors.ts"
import type { AlyxError } from "../../errors.ts"
import type { StoredValue } from "../../schema/fields/field-type.ts"
import { sqlQuery } from "../storage/database.ts"
import type { Reader } from "../storage/database.ts"
import { fieldAccessSql, rowAccessSql } from "./access-sql.ts"
import type { Caller } from "../caller.ts"
import type { CollectionPlan } from "./collection-plan.ts"
import { joinSql, slotSql, sql, valuesOf } from "./fragment.ts"
import { readAccess } from "./read-access.ts"
import { quoteName } from "../../lib/sql-name.ts"
import type { Values } from "./validate.ts"

/** SQLite does not say which reference is broken, so the fields of the write are tried one by one. */
export function explainBrokenReference(
  reader: Reader,
  { plan, values }: { readonly plan: CollectionPlan; readonly values: Values },
  cause: AlyxError,
): AlyxError {
  const collection = plan.collection.name
  const broken: string[] = []
  for (const [name, value] of values) {
    const references = plan.collection.fields.get(name)?.references
    if (references === null || references === undefined || value === null) continue
    if (!hasDocument(reader, references, value)) broken.push(name)
  }
  const [first] = broken
  const target = first === undefined ? undefined : plan.collection.fields.get(first)?.references
  if (first === undefined || target === null || target === undefined) return cause
  return alyxError("REFERENCE_CONFLICT", {
    message: `${first} points to no document of ${target.collection}.`,
    details: { collection, fields: broken },
    cause,
  })
}

/** Says which collection still points to a document that should be deleted, if the caller may read what points. */
export function explainRestrictedDelete(
  reader: Reader,
  { plan, caller, key }: { readonly plan: CollectionPlan; readonly caller: Caller; readonly key: StoredValue },
  cause: AlyxError,
): AlyxError {
  for (const other of plan.collections()) {
    for (const field of other.fields.values()) {
      const { references } = field
      if (references?.collection !== plan.collection.name || references.onDelete !== "restrict") continue
      const pointed = `SELECT ${quoteName(references.field)} FROM ${plan.table} WHERE ${quoteName(plan.key.name)} = ?`
      const access = readAccess(plan.related(other.name), caller)
      const placed = { access, index: 0 }
      const points = slotSql("key", `o.${quoteName(field.name)} = (${pointed})`)
      const seen = [...rowAccessSql(placed, "o"), ...fieldAccessSql(placed, field, "o")]
      const where = joinSql([points, ...seen], " AND ")
      const found = sql`SELECT 1 FROM ${quoteName(other.name)} AS o WHERE ${where} LIMIT 1`
      const bound = { accesses: [access], slots: { key: [key] } }
      if (reader.get(sqlQuery(found.sql, valuesOf(found, bound))) === undefined) continue
      return alyxError("REFERENCE_CONFLICT", {
        message: `Documents of ${other.name} still point to this one with ${field.name}.`,
        next: `Delete them first, or declare onDelete: cascade for ${other.name}.${field.name}.`,
        details: { collection: other.name, fields: [field.name] },
        cause,
      })
    }
  }
  return caller.isAdmin ? cause : stillPointedTo(plan, cause)
}

/** What points is not for the caller to know; that something does, the refusal itself tells. */
function stillPointedTo({ collection: { name } }: CollectionPlan, cause: AlyxError): AlyxError {
  return alyxError("REFERENCE_CONFLICT", {
    message: `Other documents still point to this one of ${name}.`,
    details: { collection: name },
    cause,
  })
}

function hasDocument(
  reader: Reader,
  { collection, field }: { readonly collection: string; readonly field: string },
  value: StoredValue,
): boolean {
  const text = `SELECT 1 FROM ${quoteName(collection)} WHERE ${quoteName(field)} = ?`
  return reader.get(sqlQuery(text, [value])) !== undefined
}
