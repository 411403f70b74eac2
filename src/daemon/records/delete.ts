import { collectionPlan } from "./collection-plan.ts"
import { storedKey } from "./record-key.ts"
import type { DeleteRequest, RecordParts } from "./records.ts"
import { parseDocumentQuery } from "./selection.ts"
import { writeOnSchema } from "./write-on-schema.ts"
import { removeRecord } from "./write-record.ts"

/** Deletes a document, if it is still the one of If-Match. */
export async function deleteRecord(parts: RecordParts, request: DeleteRequest): Promise<void> {
  const { id, ifMatch } = request
  return writeOnSchema(parts, request, (schema) => {
    const plan = collectionPlan(parts.limits, schema, request.collection)
    const selection = parseDocumentQuery(plan, request.query)
    const write = { plan, selection, id, key: storedKey(plan, id), ifMatch }
    return (transaction) => removeRecord(transaction, write)
  })
}
