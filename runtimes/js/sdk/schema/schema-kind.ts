import type { JsonSchema } from "../../../../src/functions/built-function.ts"

const typeWords: ReadonlySet<unknown> = new Set(["object", "array", "string", "number", "integer", "boolean", "null"])

/** Keywords with a list or an object that no field of the short form can be mistaken for. */
const listKeywords = ["anyOf", "oneOf", "allOf", "enum", "type"] as const

/**
 * Tells a JSON Schema from the short form, in which every member is a field: `$schema` or `$ref`, a `type` that is a word
 * and not the description of a field called "type", or a list of alternatives.
 */
export function isJsonSchema(written: unknown): written is JsonSchema {
  if (typeof written === "boolean") return true
  if (!isRecord(written)) return false
  if (typeof written["$schema"] === "string" || typeof written["$ref"] === "string") return true
  if (typeWords.has(written["type"])) return true
  return listKeywords.some((keyword) => Array.isArray(written[keyword]))
}

/** Tells an object with members from a list and from null. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}
