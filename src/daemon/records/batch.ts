import type { Transaction } from "../storage/database.ts"
import { parseBatch } from "./batch-operations.ts"
import type { BatchOperation } from "./batch-operations.ts"
import { atOperation } from "./batch-errors.ts"
import type { BatchRequest, JsonText, RecordParts } from "./records.ts"
import { writeOnSchema } from "./write-on-schema.ts"
import { changeRecord, insertRecord, removeRecord } from "./write-record.ts"

/** Runs several writes in their order, all or none: each sees what the ones before it wrote. */
export async function runBatch(parts: RecordParts, request: BatchRequest): Promise<JsonText> {
  const results = await writeOnSchema(parts, request, (schema) => {
    const operations = parseBatch(parts, { ...request, schema })
    return (transaction) => operations.map((operation, index) => runOperation(transaction, operation, index))
  })
  return `{"results":[${results.join(",")}]}`
}

function runOperation(transaction: Transaction, operation: BatchOperation, index: number): string {
  const { write } = operation
  const collection = write.plan.collection.name
  try {
    switch (operation.op) {
      case "create": {
        const { id, etag, body } = insertRecord(transaction, operation.write)
        return resultJson({ op: "create", collection, id, etag }, body)
      }
      case "update": {
        const { etag, body } = changeRecord(transaction, operation.write)
        return resultJson({ op: "update", collection, id: operation.write.id, etag }, body)
      }
      case "delete":
        removeRecord(transaction, operation.write)
        return JSON.stringify({ op: "delete", collection, id: operation.write.id })
    }
  } catch (error) {
    throw atOperation(index, error)
  }
}

/** The document is JSON already: it is put in as it is. */
function resultJson(head: object, doc: string): string {
  return `${JSON.stringify(head).slice(0, -1)},"doc":${doc}}`
}
