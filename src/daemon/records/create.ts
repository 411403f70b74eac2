import { collectionPlan } from "./collection-plan.ts"
import type { CreatedRecord, CreateRequest, RecordParts } from "./records.ts"
import { parseDocumentQuery } from "./selection.ts"
import { validateCreate } from "./validate.ts"
import { writeOnSchema } from "./write-on-schema.ts"
import { insertRecord } from "./write-record.ts"

/** Makes a document and answers it as the caller sees it. */
export async function createRecord(parts: RecordParts, request: CreateRequest): Promise<CreatedRecord> {
  return writeOnSchema(parts, request, (schema) => {
    const plan = collectionPlan(parts.limits, schema, request.collection)
    const selection = parseDocumentQuery(plan, request.query)
    const values = validateCreate(plan, request.body)
    const write = { plan, selection, values, nowMs: parts.clock.now() }
    return (transaction) => insertRecord(transaction, write)
  })
}
