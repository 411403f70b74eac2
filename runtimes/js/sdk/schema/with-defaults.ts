import type { JsonSchema } from "../../../../src/functions/built-function.ts"
import { isRecord } from "./schema-kind.ts"

/** Fills in the defaults of properties that are missing. Copies what it changes; follows `properties` and `items` alone. */
export function withDefaults(schema: JsonSchema, value: unknown): unknown {
  if (typeof schema === "boolean") return value
  if (Array.isArray(value)) return eachItem(schema["items"], value)
  if (!isRecord(value) || !isRecord(schema["properties"])) return value
  let filled: Record<string, unknown> | null = null
  for (const [name, property] of Object.entries(schema["properties"])) {
    if (!isRecord(property)) continue
    const isMissing = !Object.hasOwn(value, name)
    if (isMissing && property["default"] === undefined) continue
    const member = isMissing ? structuredCopy(property["default"]) : withDefaults(property, value[name])
    if (!isMissing && member === value[name]) continue
    filled ??= { ...value }
    filled[name] = member
  }
  return filled ?? value
}

function eachItem(items: unknown, values: readonly unknown[]): unknown {
  if (!isRecord(items)) return values
  const filled = values.map((item) => withDefaults(items, item))
  return filled.some((item, index) => item !== values[index]) ? filled : values
}

/** A default that the handler changes must not change for the next call. */
function structuredCopy(value: unknown): unknown {
  return typeof value === "object" && value !== null ? (JSON.parse(JSON.stringify(value)) as unknown) : value
}
