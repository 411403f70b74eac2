import { quoteName } from "../../lib/sql-name.ts"
import { compileFieldReader } from "../field-reader.ts"
import type { Collection, Field, FieldType, JsonValue } from "../schema.ts"
import type { Fill } from "./migration.ts"

/** The id of nobody. */
const nilUuid = "00000000-0000-0000-0000-000000000000"

/** Values that say "nothing yet", those first that a person would take. */
const plainValues: Readonly<Record<FieldType, readonly JsonValue[]>> = {
  uuid: [nilUuid],
  string: ["", "unknown", "nobody@example.com", "https://example.com", nilUuid],
  text: ["", "unknown", "nobody@example.com", "https://example.com", nilUuid],
  int: [0, 1],
  float: [0, 1],
  bool: [false],
  timestamp: ["1970-01-01T00:00:00.000Z"],
  json: [{}, [], "", 0],
  blob: [""],
}

/**
 * A value for documents that have none: something that the field accepts, for the person to replace by something
 * better. Where all documents need their own it is made of their ids. Null when nothing can be guessed.
 */
export function draftFill(collection: Collection, field: Field): Fill | null {
  const key = collection.primaryKey
  if (field.references !== null) {
    const { collection: target, field: column } = field.references
    return { kind: "sql", expression: `(SELECT ${quoteName(column)} FROM ${quoteName(target)} LIMIT 1)` }
  }
  if (field.unique) {
    const isLikeKey = field.type === key.type || (isText(field.type) && key.type !== "int")
    if (isLikeKey) return { kind: "sql", expression: quoteName(key.name) }
    return isText(field.type) ? { kind: "sql", expression: `CAST(${quoteName(key.name)} AS TEXT)` } : null
  }
  const accepts = compileFieldReader({ ...field, nullable: false })
  const value = candidates(field).find((candidate) => !Array.isArray(accepts(candidate)))
  return value === undefined ? null : { kind: "value", value }
}

function isText(type: FieldType): boolean {
  return type === "string" || type === "text"
}

function candidates(field: Field): readonly JsonValue[] {
  const own = field.default?.kind === "literal" ? [field.default.value] : []
  const bounds = [field.min, field.max].filter((bound) => bound !== null)
  const length = Math.min(field.minLength ?? 0, longestFill)
  const lengthened = isText(field.type) ? ["unknown".padEnd(length, "_"), "a".repeat(Math.max(1, length))] : []
  const cut = isText(field.type) && field.maxLength !== null ? ["unknown".slice(0, field.maxLength)] : []
  return [...own, ...(field.enum ?? []), ...plainValues[field.type], ...bounds, ...cut, ...lengthened]
}

/** Nobody wants a longer stand-in in a file. */
const longestFill = 200
