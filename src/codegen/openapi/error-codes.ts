import type { ErrorCode } from "../../errors.ts"
import type { Collection, Schema } from "../../schema/schema.ts"
import { accessCodes } from "./access.ts"
import { isCounted } from "./field-schema.ts"

/** What any request may be refused with before its operation is reached. */
export const edgeCodes: readonly ErrorCode[] = [
  "BAD_REQUEST",
  "REQUEST_TIMEOUT",
  "URL_TOO_LONG",
  "WRONG_HOST",
  "INVALID_TOKEN",
  "RATE_LIMITED",
  "HEADERS_TOO_LARGE",
  "INTERNAL",
  "OVERLOADED",
  "STARTING",
]

const databaseCodes: readonly ErrorCode[] = [
  "INVALID_QUERY",
  "ANSWER_TOO_LARGE",
  "COLLECTION_NOT_FOUND",
  "DATABASE_BUSY",
  "DATABASE_CORRUPT",
  "SHUTTING_DOWN",
]

const readCodes: readonly ErrorCode[] = [...edgeCodes, ...databaseCodes, "QUERY_TIMEOUT"]

const writeCodes: readonly ErrorCode[] = [
  ...edgeCodes,
  ...databaseCodes,
  "INVALID_JSON",
  "BODY_TOO_LARGE",
  "UNSUPPORTED_MEDIA_TYPE",
  "FILE_UNWRITABLE",
  "DATABASE_MOVED",
  "STORAGE_FULL",
]

/** What a list of this collection may be refused with. */
export function listCodes(collection: Collection, users: string | null): readonly ErrorCode[] {
  return [...readCodes, "INVALID_FILTER", "INVALID_CURSOR", ...accessCodes(collection, "read", users)]
}

/** What reading one document of this collection may be refused with. */
export function getCodes(collection: Collection, users: string | null): readonly ErrorCode[] {
  return [...readCodes, "DOCUMENT_NOT_FOUND", ...accessCodes(collection, "read", users)]
}

/** What a create in this collection may be refused with. */
export function createCodes(collection: Collection, users: string | null): readonly ErrorCode[] {
  const { primaryKey } = collection
  return [
    ...writeCodes,
    ...accessCodes(collection, "create", users),
    "VALIDATION_ERROR",
    // The primary key may be given.
    "UNIQUE_CONFLICT",
    ...(hasReferences(collection) ? (["REFERENCE_CONFLICT"] as const) : []),
    ...(isCounted(primaryKey) ? (["CONFLICT"] as const) : []),
  ]
}

/** What an update in this collection may be refused with. */
export function updateCodes(schema: Schema, collection: Collection, users: string | null): readonly ErrorCode[] {
  const fields = [...collection.fields.values()]
  const isUnique =
    fields.some(({ unique, primary }) => unique && !primary) || collection.indexes.some(({ unique }) => unique)
  const isPointedAt = referencesTo(schema, collection.name).some(({ field }) => field !== collection.primaryKey.name)
  return [
    ...writeCodes,
    ...accessCodes(collection, "update", users),
    "VALIDATION_ERROR",
    "DOCUMENT_NOT_FOUND",
    "PRECONDITION_FAILED",
    ...(isUnique ? (["UNIQUE_CONFLICT"] as const) : []),
    ...(hasReferences(collection) || isPointedAt ? (["REFERENCE_CONFLICT"] as const) : []),
  ]
}

/** What a delete in this collection may be refused with. */
export function deleteCodes(schema: Schema, collection: Collection, users: string | null): readonly ErrorCode[] {
  return [
    ...writeCodes,
    ...accessCodes(collection, "delete", users),
    "DOCUMENT_NOT_FOUND",
    "PRECONDITION_FAILED",
    ...(isRestricted(schema, collection.name) ? (["REFERENCE_CONFLICT"] as const) : []),
  ]
}

/** What a batch may be refused with: all that its operations may be. */
export function batchCodes(schema: Schema, users: string | null): readonly ErrorCode[] {
  const collections = [...schema.collections.values()]
  return [
    ...writeCodes,
    "VALIDATION_ERROR",
    "BATCH_TOO_LARGE",
    ...collections.flatMap((collection) => [
      ...createCodes(collection, users),
      ...updateCodes(schema, collection, users),
      ...deleteCodes(schema, collection, users),
    ]),
  ]
}

/** What any call of a function may be refused with, besides what the function itself refuses. */
export const functionCodes: readonly ErrorCode[] = [
  ...edgeCodes,
  "FORBIDDEN_SCOPE",
  "FUNCTION_NOT_FOUND",
  "BODY_TOO_LARGE",
  "FUNCTION_ERROR",
  "FUNCTION_TRAPPED",
  "FUNCTION_OUT_OF_MEMORY",
  "OUTPUT_INVALID",
  "OUTPUT_TOO_LARGE",
  "FUNCTION_BUSY",
  "FUNCTION_UNAVAILABLE",
  "WORKER_RESTARTED",
  "FUNCTION_TIMEOUT",
]

function hasReferences({ fields }: Collection): boolean {
  return [...fields.values()].some(({ references }) => references !== null)
}

function referencesTo(schema: Schema, name: string) {
  return [...schema.collections.values()].flatMap((collection) =>
    [...collection.fields.values()].flatMap(({ references }) =>
      references?.collection === name ? [{ from: collection.name, ...references }] : [],
    ),
  )
}

/** True when a document may stand in the way of a delete: one that points here, or to what is deleted with it. */
function isRestricted(schema: Schema, name: string): boolean {
  const deleted = new Set([name])
  for (const one of deleted) {
    for (const { from, onDelete } of referencesTo(schema, one)) {
      if (onDelete === "restrict") return true
      if (onDelete === "cascade") deleted.add(from)
    }
  }
  return false
}
