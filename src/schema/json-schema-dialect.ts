import { isJsonObject } from "../lib/json-object.ts"
import type { JsonValue } from "./schema.ts"

/** Rewrites a JSON Schema of draft 7 into 2020-12, so that it can stand inside an OpenAPI document. */
export function toDraft2020(schema: JsonValue): JsonValue {
  const isDraft7 =
    isJsonObject(schema) && typeof schema["$schema"] === "string" && schema["$schema"].includes("draft-07")
  const rewritten = isDraft7 ? rewrite(schema) : schema
  if (!isJsonObject(rewritten)) return rewritten
  const { $schema: _dialect, ...rest } = rewritten
  return rest
}

const namedSchemas = ["properties", "patternProperties", "$defs", "definitions"]
const listedSchemas = ["allOf", "anyOf", "oneOf"]
const singleSchemas = ["not", "if", "then", "else", "contains", "propertyNames", "additionalProperties"]

function rewrite(schema: JsonValue): JsonValue {
  if (!isJsonObject(schema)) return schema
  const result: Record<string, JsonValue> = {}
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword === "additionalItems") {
      // Draft 7 heeds it only beside a list of items, where 2020-12 calls it items.
      if (Array.isArray(schema["items"])) result["items"] = rewrite(value)
    } else if (keyword === "items") {
      if (Array.isArray(value)) result["prefixItems"] = value.map(rewrite)
      else result["items"] = rewrite(value)
    } else if (keyword === "dependencies" && isJsonObject(value)) {
      const entries = Object.entries(value)
      result["dependentRequired"] = Object.fromEntries(entries.filter(([, needs]) => Array.isArray(needs)))
      const schemas = entries.filter(([, needs]) => !Array.isArray(needs))
      result["dependentSchemas"] = Object.fromEntries(schemas.map(([name, needs]) => [name, rewrite(needs)]))
    } else if (namedSchemas.includes(keyword) && isJsonObject(value)) {
      result[keyword] = Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, rewrite(inner)]))
    } else if (listedSchemas.includes(keyword) && Array.isArray(value)) {
      result[keyword] = value.map(rewrite)
    } else {
      result[keyword] = singleSchemas.includes(keyword) ? rewrite(value) : value
    }
  }
  return result
}
