import type { StoredValue } from "../../schema/fields/field-type.ts"
import type { Caller } from "../caller.ts"
import { sqlQuery } from "../storage/database.ts"
import type { Query, Reader } from "../storage/database.ts"
import { requireSmallAnswer } from "./answer-size.ts"
import { multiplies } from "./expand.ts"
import { valuesOf } from "./fragment.ts"
import { judgedView, showsJudged } from "./judged-candidates.ts"
import { readAside } from "./read-aside.ts"
import type { RecordParts } from "./records.ts"
import type { View } from "./view.ts"

/** Reads the JSON of one document as the view shows it; undefined when there is none, or the caller may not read it. */
export function readDocument(reader: Reader, view: View, key: StoredValue): string | undefined {
  const { document, size } = queriesOf(view, key)
  if (size !== null) requireSmallAnswer(reader.get(size), view.plan.limits)
  return reader.get(document)?.doc
}

/** The same where nothing is written: relations that bring so much that it takes long are read by another process. */
export function readDocumentAlone(
  parts: RecordParts,
  asked: View,
  { caller, key }: { readonly caller: Caller; readonly key: StoredValue },
): string | undefined | Promise<string | undefined> {
  const isPlain = !showsJudged(asked.selection, caller)
  const view = isPlain ? asked : parts.database.read((reader) => judgedView(reader, asked, caller, key))
  const read = (reader: Reader) => ({ body: readDocument(reader, view, key) })
  if (!multiplies(view.selection.expansions)) return parts.database.read(read).body
  const { document } = queriesOf(view, key)
  const found = parts.database.readBriefly({ text: document.sql, values: document.parameters }, read)
  if (found !== undefined) return found.body
  return readDocumentAside(parts, view, key)
}

async function readDocumentAside(parts: RecordParts, view: View, key: StoredValue): Promise<string | undefined> {
  const { document, size } = queriesOf(view, key)
  if (size !== null) {
    const [rows] = await readAside(parts, [size])
    requireSmallAnswer(rows?.[0], parts.limits)
  }
  const [rows] = await readAside(parts, [document])
  const doc = rows?.[0]?.["doc"]
  return typeof doc === "string" ? doc : undefined
}

interface DocumentQueries {
  readonly document: Query<{ doc: string }>
  /** Counts the documents of an answer that could hold too many; null when it cannot. */
  readonly size: Query | null
}

function queriesOf({ accesses, statements: { byKey, sizeByKey } }: View, key: StoredValue): DocumentQueries {
  const bound = { accesses, slots: { key: [key] } }
  return {
    document: sqlQuery(byKey.sql, valuesOf(byKey, bound)),
    size: sizeByKey === null ? null : sqlQuery(sizeByKey.sql, valuesOf(sizeByKey, bound)),
  }
}
