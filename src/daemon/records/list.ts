import { collectionPlan } from "./collection-plan.ts"
import { readJudgedList } from "./judged-list.ts"
import { showsJudged } from "./judged-candidates.ts"
import { requireScope } from "./key-scope.ts"
import { parseListQuery } from "./list-query.ts"
import { readList } from "./read-list.ts"
import type { JsonText, ListRequest, RecordParts } from "./records.ts"
import { seenQuery } from "./seen-query.ts"

/** Answers a page of documents, with the number of all that match unless the query skips it. */
export function listRecords(parts: RecordParts, request: ListRequest): JsonText | Promise<JsonText> {
  const plan = collectionPlan(parts.limits, request.schema, request.collection)
  requireScope(request.caller, request.collection, "read")
  const query = parseListQuery(plan, request.query, request.filter)
  if (showsJudged(query.selection, request.caller))
    return readJudgedList(parts, { plan, query, caller: request.caller })
  return readList(parts, plan, seenQuery(plan, query, request.caller))
}
