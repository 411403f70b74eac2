import type { StoredValue } from "../../schema/fields/field-type.ts"
import { sqlQuery } from "../storage/database.ts"
import type { Reader } from "../storage/database.ts"
import { requireSmallAnswer } from "./answer-size.ts"
import type { CollectionPlan } from "./collection-plan.ts"
import { multiplies } from "./expand.ts"
import { readAside } from "./read-aside.ts"
import type { RecordParts } from "./records.ts"
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

/** The same where nothing is written: relations that bring so much that it takes long are read by another process. */
export function readDocumentAlone(
  parts: RecordParts,
  plan: CollectionPlan,
  selection: Selection,
  key: StoredValue,
): string | undefined | Promise<string | undefined> {
  const read = (reader: Reader) => ({ body: readDocument(reader, plan, selection, key) })
  if (!multiplies(selection.expansions)) return parts.database.read(read).body
  const found = parts.database.readBriefly({ text: selection.byKeySql, values: [key] }, read)
  if (found !== undefined) return found.body
  return readDocumentAside(parts, selection, key)
}

async function readDocumentAside(
  parts: RecordParts,
  { byKeySql, sizeByKeySql }: Selection,
  key: StoredValue,
): Promise<string | undefined> {
  if (sizeByKeySql !== null) {
    const [rows] = await readAside(parts, [sqlQuery(sizeByKeySql, [key])])
    requireSmallAnswer(rows?.[0], parts.limits)
  }
  const [rows] = await readAside(parts, [sqlQuery(byKeySql, [key])])
  const doc = rows?.[0]?.["doc"]
  return typeof doc === "string" ? doc : undefined
}
