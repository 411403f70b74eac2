import { storedValue } from "../../schema/fields/field-types.ts"
import type { StoredValue } from "../../schema/fields/field-type.ts"
import type { Field } from "../../schema/schema.ts"

/** Turns the text of a filter's value into the stored value of the field, or returns undefined when it does not fit. */
export function filterValue(field: Field, text: string): StoredValue | undefined {
  switch (field.type) {
    case "bool":
      return text === "true" ? 1 : text === "false" ? 0 : undefined
    case "int":
      return intRegExp.test(text) ? storedValue(field, Number(text)) : undefined
    case "float":
      return floatRegExp.test(text) ? storedValue(field, Number(text)) : undefined
    case "timestamp":
      return storedValue(field, dayRegExp.test(text) ? `${text}T00:00:00Z` : text.replace(spacedOffsetRegExp, "+$1"))
    case "uuid":
    case "string":
    case "text":
    case "blob":
      return storedValue(field, text)
    case "json":
      return undefined
  }
}

/** What a filter's value must be, as the end of a sentence. */
export function filterValueRule(field: Field): string {
  switch (field.type) {
    case "bool":
      return "true or false"
    case "int":
      return "a whole number between -9007199254740991 and 9007199254740991"
    case "float":
      return "a number"
    case "timestamp":
      return "a date such as 2026-01-31, or a date and time with Z or an offset such as 2026-01-31T12:00:00Z"
    case "uuid":
      return "a UUID"
    case "blob":
      return "base64 with padding"
    case "string":
    case "text":
    case "json":
      return "text without U+0000"
  }
}

/** A day stands for its first millisecond, in UTC. */
const dayRegExp = /^\d{4}-\d{2}-\d{2}$/

/** The + of an offset that was not encoded arrives as a space. */
const spacedOffsetRegExp = / (\d\d:?\d\d)$/

const intRegExp = /^-?\d{1,16}$/

const floatRegExp = /^-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/

/** A scalar that a json array may hold, when a text reads as one besides being a string: `5`, `true`, `null`. */
export function jsonScalar(text: string): number | boolean | null | undefined {
  if (text === "true") return true
  if (text === "false") return false
  if (text === "null") return null
  if (!floatRegExp.test(text)) return undefined
  const number = Number(text)
  return Number.isFinite(number) ? number : undefined
}
