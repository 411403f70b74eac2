import { collectionPlan } from "./collection-plan.ts"
import { entityTag, matchesWeakly } from "./etag.ts"
import { requireScope } from "./key-scope.ts"
import { readDocumentAlone } from "./read-document.ts"
import { documentNotFound, storedKey } from "./record-key.ts"
import type { GetRequest, RecordAnswer, RecordParts } from "./records.ts"
import { parseDocumentQuery } from "./selection.ts"
import { viewFor } from "./view.ts"

/** A document, or that nothing has changed. */
export type FoundRecord = RecordAnswer | "not-modified"

/** Answers one document, or that the client's copy of it is still right. */
export function getRecord(parts: RecordParts, request: GetRequest): FoundRecord | Promise<FoundRecord> {
  const plan = collectionPlan(parts.limits, request.schema, request.collection)
  requireScope(request.caller, request.collection, "read")
  const view = viewFor(parseDocumentQuery(plan, request.query), request.caller)
  const key = storedKey(plan, request.id)
  const answer = (body: string | undefined): FoundRecord => {
    if (body === undefined) throw documentNotFound(plan, request.id)
    const etag = entityTag(body)
    if (request.ifNoneMatch !== undefined && matchesWeakly(request.ifNoneMatch, etag)) return "not-modified"
    return { body, etag }
  }
  const body = readDocumentAlone(parts, view, { caller: request.caller, key })
  return body instanceof Promise ? body.then(answer) : answer(body)
}
