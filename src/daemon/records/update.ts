import { collectionPlan } from "./collection-plan.ts"
import { computedChange } from "./computed-values.ts"
import { requireScope } from "./key-scope.ts"
import { storedKey } from "./record-key.ts"
import type { RecordAnswer, RecordParts, UpdateRequest } from "./records.ts"
import { parseDocumentQuery } from "./selection.ts"
import { validateUpdate } from "./validate.ts"
import { viewFor } from "./view.ts"
import { writeOnSchema } from "./write-on-schema.ts"
import { changeRecord } from "./write-record.ts"

/** Changes the fields that the body names, if the document is still the one of If-Match, and answers the document. */
export async function updateRecord(parts: RecordParts, request: UpdateRequest): Promise<RecordAnswer> {
  const { id, ifMatch, caller } = request
  const { explains, accountsCollection } = parts
  return writeOnSchema(parts, request, (schema) => {
    const plan = collectionPlan(parts.limits, schema, request.collection)
    requireScope(caller, request.collection, "update")
    const view = viewFor(parseDocumentQuery(plan, request.query), caller)
    const key = storedKey(plan, id)
    const frame = { plan, caller, explains, accountsCollection, view }
    const write = { ...frame, id, key, ifMatch, nowMs: parts.clock.now() }
    if (request.expressions === undefined) {
      const values = validateUpdate(plan, key, request.body)
      return (transaction) => changeRecord(transaction, { ...write, values })
    }
    const valuesOf = computedChange(plan, request.body, { rights: request.expressions, key })
    return (transaction) => changeRecord(transaction, { ...write, values: valuesOf(transaction, write) })
  })
}
