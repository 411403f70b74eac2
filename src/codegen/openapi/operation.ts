import type { JsonSchema } from "../../schema/json-schema.ts"

/** The methods that the API answers, as OpenAPI writes them. */
export type Method = "get" | "post" | "put" | "patch" | "delete"

/** One method of one path. */
export interface Operation {
  readonly operationId: string
  readonly tags: readonly string[]
  readonly summary: string
  readonly description?: string
  /** Who may ask: see access.ts. */
  readonly security: readonly JsonSchema[]
  readonly parameters?: readonly JsonSchema[]
  readonly requestBody?: JsonSchema
  readonly responses: Readonly<Record<string, JsonSchema>>
}

/** What a path answers, by method. */
export type PathItem = Partial<Readonly<Record<Method, Operation>>>

/** Points at a component. */
export function componentRef(
  kind: "examples" | "headers" | "parameters" | "responses" | "schemas",
  name: string,
): JsonSchema {
  return { $ref: `#/components/${kind}/${name}` }
}

/** A body of JSON, in a request or an answer. */
export function jsonContent(schema: JsonSchema, example?: JsonSchema): JsonSchema {
  return { "application/json": { schema, ...(example !== undefined && { example }) } }
}

/** An object that has every one of its members. */
export function wholeObject(properties: JsonSchema): JsonSchema {
  return { type: "object", properties, required: Object.keys(properties) }
}
