import { alyxError } from "../../errors.ts"
import type { AlyxError } from "../../errors.ts"
import type { StoredValue } from "../../schema/fields/field-type.ts"
import { sqlQuery } from "../storage/database.ts"
import type { Reader } from "../storage/database.ts"
import type { CollectionPlan } from "./collection-plan.ts"
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

/** Says which collection still points to a document that should be deleted. */
export function explainRestrictedDelete(
  reader: Reader,
  plan: CollectionPlan,
  key: StoredValue,
  cause: AlyxError,
): AlyxError {
  for (const other of plan.collections()) {
    for (const field of other.fields.values()) {
      const { references } = field
      if (references?.collection !== plan.collection.name || references.onDelete !== "restrict") continue
      const pointed = `SELECT ${quoteName(references.field)} FROM ${plan.table} WHERE ${quoteName(plan.key.name)} = ?`
      const sql = `SELECT 1 FROM ${quoteName(other.name)} WHERE ${quoteName(field.name)} = (${pointed}) LIMIT 1`
      if (reader.get(sqlQuery(sql, [key])) === undefined) continue
      return alyxError("REFERENCE_CONFLICT", {
        message: `Documents of ${other.name} still point to this one with ${field.name}.`,
        next: `Delete them first, or declare onDelete: cascade for ${other.name}.${field.name}.`,
        details: { collection: other.name, fields: [field.name] },
        cause,
      })
    }
  }
  return cause
}

function hasDocument(
  reader: Reader,
  { collection, field }: { readonly collection: string; readonly field: string },
  value: StoredValue,
): boolean {
  const sql = `SELECT 1 FROM ${quoteName(collection)} WHERE ${quoteName(field)} = ?`
  return reader.get(sqlQuery(sql, [value])) !== undefined
}
