import { isJsonObject } from "../../lib/json-object.ts"
import type { JsonSchema } from "../../schema/json-schema.ts"

/**
 * A schema of a function as a part of the document. One that refers to parts of itself would mean parts of the document then,
 * so nothing is said in its place.
 */
export function functionSchema(schema: unknown): JsonSchema {
  if (!isJsonObject(schema)) return schema === false ? { not: {} } : {}
  const text = JSON.stringify(schema)
  if (/"\$(?:ref|id|anchor|dynamicRef|dynamicAnchor)"/.test(text)) return {}
  const { $schema: _, $defs: __, ...shown } = schema
  return shown as JsonSchema
}

/** The members of an input as parameters of a GET; those that are objects and lists of objects have no way to be written there. */
export function queryParameters(input: unknown): readonly JsonSchema[] {
  const schema = functionSchema(input)
  const { properties, required } = schema as { readonly properties?: unknown; readonly required?: unknown }
  if (!isJsonObject(properties)) return []
  const needed = new Set(Array.isArray(required) ? required : [])
  return Object.entries(properties).flatMap(([name, member]) => {
    if (!isJsonObject(member) || member["type"] === "object") return []
    return [{ name, in: "query", required: needed.has(name), schema: member as JsonSchema }]
  })
}
