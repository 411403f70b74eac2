import { collectionPlan } from "./collection-plan.ts"
import { requireScope } from "./key-scope.ts"
import { requireNoAccount } from "./managed-fields.ts"
import type { CreatedRecord, CreateRequest, RecordParts } from "./records.ts"
import { parseDocumentQuery } from "./selection.ts"
import { validateCreate } from "./validate.ts"
import { viewFor } from "./view.ts"
import { writeOnSchema } from "./write-on-schema.ts"
import { insertRecord } from "./write-record.ts"

/** Makes a document and answers it as the caller sees it. */
export async function createRecord(parts: RecordParts, request: CreateRequest): Promise<CreatedRecord> {
  const { caller } = request
  const { explains, accountsCollection } = parts
  return writeOnSchema(parts, request, (schema) => {
    const plan = collectionPlan(parts.limits, schema, request.collection)
    const frame = { plan, caller, explains, accountsCollection }
    requireScope(caller, request.collection, "create")
    requireNoAccount(frame)
    const view = viewFor(parseDocumentQuery(plan, request.query), caller)
    const values = validateCreate(plan, request.body)
    const write = { ...frame, view, values, nowMs: parts.clock.now() }
    return (transaction) => insertRecord(transaction, write)
  })
}
