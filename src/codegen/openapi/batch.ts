import type { RequestLimits } from "../../project/request-limits.ts"
import type { JsonSchema } from "../../schema/json-schema.ts"
import type { Schema } from "../../schema/schema.ts"
import { security } from "./access.ts"
import type { NamedCollection, NamedCollections, SchemaSuffix } from "./component-names.ts"
import { schemaName } from "./component-names.ts"
import type { ErrorAnswers } from "./error-answers.ts"
import { batchCodes } from "./error-codes.ts"
import { everyAnswer } from "./headers.ts"
import type { PathItem } from "./operation.ts"
import { componentRef, jsonContent } from "./operation.ts"
import { operationIds } from "./shared-names.ts"

/** What the batch is made of. */
export interface BatchFrame {
  readonly collections: NamedCollections
  readonly limits: RequestLimits
  readonly errors: ErrorAnswers
  readonly schema: Schema
  readonly users: string | null
}

/** The path of the batch. */
export function batchPath({ limits, errors, schema, users }: BatchFrame): Record<string, PathItem> {
  return {
    "/api/batch": {
      post: {
        operationId: operationIds.batch,
        tags: ["Batch"],
        summary: "Run several writes, all or none",
        description:
          "The operations run in their order in one transaction, and each sees what those before it wrote. If any fails, none has happened: `error.details.operation` is its index. Rules hold as for single writes.",
        security: security.optional,
        parameters: [componentRef("parameters", "XRequestId")],
        requestBody: {
          required: true,
          description: `At most ${limits.batchMax} operations and ${limits.bodyLimitBytes} bytes.`,
          content: jsonContent(componentRef("schemas", "BatchRequest")),
        },
        responses: {
          "200": {
            description: "What each operation did, in their order.",
            headers: everyAnswer,
            content: jsonContent(componentRef("schemas", "BatchAnswer")),
          },
          ...errors.answersOf("Batch", batchCodes(schema, users)),
        },
      },
    },
  }
}

/** The schemas of the batch: its body and answer, and six for each collection. */
export function batchSchemas(collections: NamedCollections, { batchMax }: RequestLimits): Record<string, JsonSchema> {
  const all = [...collections.values()]
  const schemas: Record<string, JsonSchema> = {
    BatchRequest: {
      type: "object",
      properties: {
        operations: { ...listOf(all, ["BatchCreate", "BatchUpdate", "BatchDelete"]), maxItems: batchMax },
      },
      required: ["operations"],
      additionalProperties: false,
    },
    BatchAnswer: {
      type: "object",
      properties: { results: listOf(all, ["BatchCreated", "BatchUpdated", "BatchDeleted"]) },
      required: ["results"],
    },
  }
  for (const named of all) Object.assign(schemas, operationSchemas(named), resultSchemas(named))
  return schemas
}

/** A schema without collections has no operation to choose. */
function listOf(all: readonly NamedCollection[], suffixes: readonly SchemaSuffix[]): JsonSchema {
  const choices = all.flatMap((named) => suffixes.map((suffix) => componentRef("schemas", schemaName(named, suffix))))
  return { type: "array", items: choices.length === 0 ? { not: {} } : { oneOf: choices } }
}

function operationSchemas(named: NamedCollection): Record<string, JsonSchema> {
  const { name, primaryKey } = named.collection
  const id: JsonSchema = {
    type: primaryKey.type === "int" ? ["string", "integer"] : "string",
    description: "The primary key of the document, as in a path.",
  }
  const tag: JsonSchema = {
    type: ["string", "null"],
    description: "An `ETag` as in `If-Match`, of an answer without `fields` and `expand`; null is none.",
  }
  return {
    [schemaName(named, "BatchCreate")]: members("create", name, {
      data: componentRef("schemas", schemaName(named, "Create")),
    }),
    [schemaName(named, "BatchUpdate")]: {
      ...members("update", name, { id, data: componentRef("schemas", schemaName(named, "Update")), if_match: tag }),
      required: ["op", "collection", "id", "data"],
    },
    [schemaName(named, "BatchDelete")]: {
      ...members("delete", name, { id, if_match: tag }),
      required: ["op", "collection", "id"],
    },
  }
}

function members(op: string, collection: string, properties: JsonSchema): JsonSchema {
  const all = { ...operationOf(op, collection), ...properties }
  return { type: "object", properties: all, required: Object.keys(all), additionalProperties: false }
}

function resultSchemas(named: NamedCollection): Record<string, JsonSchema> {
  const { name } = named.collection
  const id = { type: "string" }
  const made = { id, etag: { type: "string" }, doc: written(named) }
  return {
    [schemaName(named, "BatchCreated")]: result("create", name, made),
    [schemaName(named, "BatchUpdated")]: result("update", name, made),
    [schemaName(named, "BatchDeleted")]: result("delete", name, { id }),
  }
}

/** A document after it was written, as the caller may see it. */
function written(named: NamedCollection): JsonSchema {
  const { name } = named.collection.primaryKey
  const keyAlone: JsonSchema = {
    type: "object",
    description: "Where the caller may not read what was written: its key.",
    properties: { [name]: {} },
    required: [name],
  }
  return { anyOf: [componentRef("schemas", schemaName(named, "")), keyAlone] }
}

function result(op: string, collection: string, properties: JsonSchema): JsonSchema {
  const all = { ...operationOf(op, collection), ...properties }
  return { type: "object", properties: all, required: Object.keys(all) }
}

function operationOf(op: string, collection: string): JsonSchema {
  return { op: { type: "string", const: op }, collection: { type: "string", const: collection } }
}
