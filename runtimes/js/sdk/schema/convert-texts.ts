import type { JsonSchema } from "../../../../src/functions/built-function.ts"
import { isRecord } from "./schema-kind.ts"

/**
 * Turns the texts of a query into what the schema wants of them: `"3"` into 3 for a number, `"true"` into true, one text
 * into a list of it for an array. What does not fit stays a text, so that the check says what is wrong with it.
 */
export function convertTexts(schema: JsonSchema, value: unknown): unknown {
  if (typeof schema === "boolean") return value
  const types = [schema["type"]].flat()
  if (Array.isArray(value)) {
    const { items } = schema
    return isRecord(items) ? value.map((item) => convertTexts(items, item)) : (value as unknown)
  }
  if (isRecord(value)) return convertMembers(schema, value)
  if (typeof value !== "string") return value
  if (types.includes("array") && !types.includes("string")) return convertTexts(schema, [value])
  return convertText(types, value)
}

function convertMembers(schema: Readonly<Record<string, unknown>>, value: Readonly<Record<string, unknown>>): unknown {
  const { properties } = schema
  if (!isRecord(properties)) return value
  const members = Object.entries(value).map(([name, member]) => {
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined
    return [name, isRecord(property) ? convertTexts(property, member) : member] as const
  })
  return Object.fromEntries(members)
}

function convertText(types: readonly unknown[], text: string): unknown {
  if (types.includes("string")) return text
  if (types.includes("integer") || types.includes("number")) {
    const number = /^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$/.test(text) ? Number(text) : Number.NaN
    if (Number.isFinite(number)) return number
  }
  if (types.includes("boolean") && (text === "true" || text === "1")) return true
  if (types.includes("boolean") && (text === "false" || text === "0")) return false
  if (types.includes("null") && (text === "" || text === "null")) return null
  return text
}
