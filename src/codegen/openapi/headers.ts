import type { JsonSchema } from "../../schema/json-schema.ts"
import { componentRef } from "./operation.ts"

/** The headers of answers. */
export const commonHeaders: Readonly<Record<string, JsonSchema>> = {
  ETag: {
    description: "Names this state of the document as it is shown here, for `If-Match` and `If-None-Match`.",
    required: true,
    schema: { type: "string" },
  },
  Location: {
    description: "The path of the new document.",
    required: true,
    schema: { type: "string", format: "uri-reference" },
  },
  MatchedETag: {
    description: "The tag that matched; only when `If-None-Match` held a single one.",
    schema: { type: "string" },
  },
  RetryAfter: {
    description: "After how many seconds to try again, where waiting helps.",
    schema: { type: "integer", minimum: 0 },
  },
  XRequestId: {
    description: "Names this request, in the server's log too; that of the request when it sent a harmless one.",
    required: true,
    schema: { type: "string", pattern: "^[A-Za-z0-9_.:-]{1,128}$" },
  },
}

/** What every answer has. */
export const everyAnswer: Readonly<Record<string, JsonSchema>> = {
  "X-Request-Id": componentRef("headers", "XRequestId"),
}

/** The head of an answer that shows one document. */
export const documentHeaders: Readonly<Record<string, JsonSchema>> = {
  ETag: componentRef("headers", "ETag"),
  ...everyAnswer,
}
