import type { ErrorCode } from "../../errors.ts"
import { errorTable } from "../../errors.ts"
import type { JsonSchema } from "../../schema/json-schema.ts"
import type { JsonValue } from "../../schema/schema.ts"

interface Facts {
  readonly message?: string
  readonly details?: { readonly [name: string]: JsonValue }
  readonly next?: string
}

/** What an error says besides its code, where that is more than the sentence of the table. */
const facts: Partial<Record<ErrorCode, Facts>> = {
  BAD_REQUEST: { message: "The request must have exactly one Host header." },
  INVALID_JSON: {
    message: 'The body is not valid JSON: at line 1, column 15, the body ends where "," or "}" was expected.',
    details: { offset: 14, line: 1, column: 15 },
  },
  INVALID_QUERY: {
    message: 'There is no parameter "limt".',
    next: 'Did you mean "limit"?',
    details: {
      problems: [
        { code: "UNKNOWN_PARAMETER", message: 'There is no parameter "limt".', next: 'Did you mean "limit"?' },
      ],
    },
  },
  INVALID_FILTER: {
    message: 'There is no filter operator "equals".',
    next: "There are: eq, ne, gt, gte, lt, lte, like, in, contains.",
    details: { problems: [{ code: "UNKNOWN_OPERATOR", message: 'There is no filter operator "equals".' }] },
  },
  INVALID_CURSOR: {
    message: "The cursor belongs to a list with another collection, filter or sort.",
    next: "Start again with an empty cursor, and keep filter and sort the same during one walk.",
  },
  VALIDATION_ERROR: {
    message: "nmae is not a field of this collection. Did you mean name?",
    details: {
      fields: {
        nmae: [{ code: "UNKNOWN_FIELD", message: "nmae is not a field of this collection. Did you mean name?" }],
      },
    },
  },
  UNAUTHENTICATED: { next: "Send the header `authorization: Bearer <token>`, with a token of /api/auth/login." },
  INVALID_TOKEN: { message: "The access token has expired.", next: "Ask /api/auth/refresh for another one." },
  FORBIDDEN_FIELD: {
    message: "A rule of users does not let the caller sort by email.",
    next: "Leave it out of the request, or ask as somebody who may.",
    details: { collection: "users", fields: ["email"] },
  },
  MANAGED_FIELD: { details: { collection: "users", fields: ["role"] } },
  REGISTER_INSTEAD: { next: "Send the address, a password and the other fields to POST /api/auth/register." },
  ANSWER_TOO_LARGE: { next: "Ask for fewer documents, fields or relations." },
  FILE_UNWRITABLE: { message: "The database, or its folder, is read-only." },
  COLLECTION_NOT_FOUND: { message: 'There is no collection "pots".', next: 'Did you mean "posts"?' },
  DOCUMENT_NOT_FOUND: {
    message: 'There is no document with the id "0190a6ec-7b4e-7c1f-8e2a-5d3f6b7a8c9d".',
  },
  CONFLICT: { next: "Give the key in the body: a number that is free." },
  UNIQUE_CONFLICT: { details: { collection: "users", fields: ["email"] } },
  REFERENCE_CONFLICT: {
    message: "author_id points to no document of users.",
    details: { collection: "posts", fields: ["author_id"] },
  },
  PRECONDITION_FAILED: { next: "Read the document again, apply the change to it, and send its new ETag." },
  BODY_TOO_LARGE: { next: "Send less at once, or raise server.body_limit." },
  URL_TOO_LONG: { next: "Ask for less at once, or raise server.url_limit." },
  UNSUPPORTED_MEDIA_TYPE: { next: "Send the header `content-type: application/json`." },
  WRONG_HOST: {
    message: "This server does not answer for the host api.example.com.",
    next: "If api.example.com is its name, add it to server.hosts in alyx.yaml.",
  },
}

/** The body of an answer with this code. */
export function errorExample(code: ErrorCode): JsonSchema {
  const { message = errorTable[code].sentence, details, next } = facts[code] ?? {}
  return {
    error: { code, message, ...(details !== undefined && { details }), ...(next !== undefined && { next }) },
    request_id: "req_4fXk2pQ01",
    timestamp: "2026-01-31T12:00:00.000Z",
  }
}
