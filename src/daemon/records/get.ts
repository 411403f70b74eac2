import { collectionPlan } from "./collection-plan.ts"
import { entityTag, matchesWeakly } from "./etag.ts"
import { readDocument } from "./read-document.ts"
import { documentNotFound, storedKey } from "./record-key.ts"
import type { GetRequest, RecordAnswer, RecordParts } from "./records.ts"
import { parseDocumentQuery } from "./selection.ts"

/** Answers one document, or that the client's copy of it is still right. */
export function getRecord(parts: RecordParts, request: GetRequest): RecordAnswer | "not-modified" {
  const plan = collectionPlan(parts.limits, request.schema, request.collection)
  const selection = parseDocumentQuery(plan, request.query)
  const key = storedKey(plan, request.id)
  const body = parts.database.read((reader) => readDocument(reader, plan, selection, key))
  if (body === undefined) throw documentNotFound(plan, request.id)
  const etag = entityTag(body)
  if (request.ifNoneMatch !== undefined && matchesWeakly(request.ifNoneMatch, etag)) return "not-modified"
  return { body, etag }
}
