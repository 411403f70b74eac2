import type { JsonSchema } from "../../schema/json-schema.ts"
import { componentRef } from "./operation.ts"

const faults: JsonSchema = {
  type: "array",
  items: componentRef("schemas", "FieldProblem"),
}

/** What every error says. */
export const errorProperties: Readonly<Record<string, JsonSchema>> = {
  code: { type: "string", description: "Decide by this: a code never changes its meaning." },
  message: { type: "string", description: "What happened, as a sentence." },
  details: componentRef("schemas", "ErrorDetails"),
  next: { type: "string", description: "What to do about it, where there is something." },
}

/** The one form of every answer of 400 and above, and its parts. */
export const errorSchemas: Readonly<Record<string, JsonSchema>> = {
  Error: {
    type: "object",
    description: "The one form of every answer of 400 and above.",
    properties: {
      error: {
        type: "object",
        properties: errorProperties,
        required: ["code", "message"],
      },
      request_id: { type: "string", description: "As in the header `X-Request-Id`, and in the server's log." },
      timestamp: { type: "string", format: "date-time" },
    },
    required: ["error", "request_id", "timestamp"],
  },
  ErrorDetails: {
    type: "object",
    description: "Facts about the error; which there are depends on the code.",
    properties: {
      fields: {
        description:
          "VALIDATION_ERROR: the problems of each field, under the empty name those of the body as a whole. UNIQUE_CONFLICT and REFERENCE_CONFLICT: the fields that are in conflict.",
        anyOf: [
          { type: "object", additionalProperties: faults },
          { type: "array", items: { type: "string" } },
        ],
      },
      collection: { type: "string", description: "The collection that the fields are of." },
      problems: {
        type: "array",
        description: "INVALID_QUERY and INVALID_FILTER: everything that is wrong with the query.",
        items: componentRef("schemas", "QueryProblem"),
      },
      operation: { type: "integer", minimum: 0, description: "Batch: the index of the operation that failed." },
      operations: {
        type: "array",
        description: "Batch: what is wrong with each of several operations.",
        items: {
          type: "object",
          properties: {
            operation: { type: "integer", minimum: 0 },
            code: { type: "string" },
            message: { type: "string" },
          },
          required: ["operation", "code", "message"],
        },
      },
      offset: { type: "integer", minimum: 0, description: "INVALID_JSON: where the body stops being JSON." },
      line: { type: "integer", minimum: 1 },
      column: { type: "integer", minimum: 1 },
    },
  },
  FieldProblem: {
    type: "object",
    description: "One thing that is wrong with a field of a body.",
    properties: { code: { type: "string" }, message: { type: "string" } },
    required: ["code", "message"],
  },
  QueryProblem: {
    type: "object",
    description: "One thing that is wrong with a query.",
    properties: { code: { type: "string" }, message: { type: "string" }, next: { type: "string" } },
    required: ["code", "message"],
  },
}
