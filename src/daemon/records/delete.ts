import { collectionPlan } from "./collection-plan.ts"
import { requireScope } from "./key-scope.ts"
import { storedKey } from "./record-key.ts"
import type { DeleteRequest, RecordParts } from "./records.ts"
import { parseDocumentQuery } from "./selection.ts"
import { viewFor } from "./view.ts"
import { writeOnSchema } from "./write-on-schema.ts"
import { removeRecord } from "./write-record.ts"

/** Deletes a document, if it is still the one of If-Match. */
export async function deleteRecord(parts: RecordParts, request: DeleteRequest): Promise<void> {
  const { id, ifMatch, caller } = request
  const { explains, accountsCollection } = parts
  return writeOnSchema(parts, request, (schema) => {
    const plan = collectionPlan(parts.limits, schema, request.collection)
    requireScope(caller, request.collection, "delete")
    const view = viewFor(parseDocumentQuery(plan, request.query), caller)
    const frame = { plan, caller, explains, accountsCollection, view }
    const write = { ...frame, id, key: storedKey(plan, id), ifMatch }
    return (transaction) => removeRecord(transaction, write)
  })
}
