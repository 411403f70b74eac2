import { alyxError } from "../../errors.ts"
import type { AlyxError } from "../../errors.ts"
import type { StoredValue } from "../../schema/fields/field-type.ts"
import type { CollectionPlan } from "./collection-plan.ts"
import { filterValue } from "./filter-value.ts"
import { quoted } from "./query-problems.ts"

/** Turns the id of a URL into the stored primary key; an id that no document can have is not found. */
export function storedKey(plan: CollectionPlan, id: string): StoredValue {
  const value = filterValue(plan.key, id)
  if (value === undefined) throw documentNotFound(plan, id)
  return value
}

/** The error for an id that the collection does not hold. */
export function documentNotFound(plan: CollectionPlan, id: string): AlyxError {
  return alyxError("DOCUMENT_NOT_FOUND", {
    message: `${plan.collection.name} has no document with the ${plan.key.name} ${quoted(id)}.`,
  })
}
