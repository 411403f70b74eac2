import { jsonDepthMax } from "../limits.ts"
import type { JsonValue } from "../schema.ts"
import type { FieldTypeRules } from "./field-type.ts"
import { isStorableText, storableTextRule } from "./string.ts"

/** Any JSON value except null, which is SQL's NULL; stored as JSON text. */
export const jsonType: FieldTypeRules = {
  sqlType: "TEXT",
  expected: "a JSON value",
  jsonSchema: {},
  toStored: (value) => (jsonFault(value, 0) === undefined ? JSON.stringify(value) : undefined),
  explain: (value) => jsonFault(value, 0) ?? "must be a JSON value",
  fromStored: (value) => JSON.parse(String(value)) as JsonValue,
}

/** Says why a value cannot be stored as JSON, or returns undefined when it can. */
function jsonFault(value: unknown, depth: number): string | undefined {
  if (typeof value === "string") return isStorableText(value) ? undefined : `must hold strings ${storableTextRule}`
  if (typeof value === "number") return Number.isFinite(value) ? undefined : "must hold finite numbers"
  if (typeof value === "boolean") return undefined
  if (value === null) return depth === 0 ? "must not be null" : undefined
  if (typeof value !== "object") return "must be a JSON value"
  if (depth >= jsonDepthMax) return `must not be nested deeper than ${jsonDepthMax} levels`
  return Array.isArray(value) ? arrayFault(value, depth) : objectFault(value, depth)
}

function arrayFault(values: readonly unknown[], depth: number): string | undefined {
  for (const value of values) {
    const fault = jsonFault(value, depth + 1)
    if (fault !== undefined) return fault
  }
  return undefined
}

function objectFault(value: object, depth: number): string | undefined {
  for (const [key, inner] of Object.entries(value)) {
    if (!isStorableText(key)) return `must hold keys ${storableTextRule}`
    const fault = jsonFault(inner, depth + 1)
    if (fault !== undefined) return fault
  }
  return undefined
}
