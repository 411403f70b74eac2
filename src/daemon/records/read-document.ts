import type { StoredValue } from "../../schema/fields/field-type.ts"
import { sqlQuery } from "../storage/database.ts"
import type { Reader } from "../storage/database.ts"
import { requireSmallAnswer } from "./answer-size.ts"
import type { CollectionPlan } from "./collection-plan.ts"
import type { Selection } from "./selection.ts"

/** Reads the JSON of one document as the selection shows it; undefined when there is none. */
export function readDocument(
  reader: Reader,
  plan: CollectionPlan,
  { byKeySql, sizeByKeySql }: Selection,
  key: StoredValue,
): string | undefined {
  if (sizeByKeySql !== null) requireSmallAnswer(reader.get(sqlQuery(sizeByKeySql, [key])), plan.limits)
  return reader.get(sqlQuery<{ doc: string }>(byKeySql, [key]))?.doc
}
