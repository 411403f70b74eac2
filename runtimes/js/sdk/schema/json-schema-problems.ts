import type { OutputUnit } from "@cfworker/json-schema"

import type { JsonSchema } from "../../../../src/functions/built-function.ts"
import { didYouMean } from "../alyx-error.ts"
import { isRecord } from "./schema-kind.ts"
import type { ValueProblem } from "./value-schema.ts"

/** As many as the errors of documents hold at most. */
const problemCountMax = 100

/** Keywords that only pass on what is wrong inside. */
const passingOn: ReadonlySet<string> = new Set([
  "properties",
  "patternProperties",
  "additionalProperties",
  "unevaluatedProperties",
  "items",
  "prefixItems",
  "additionalItems",
  "unevaluatedItems",
  "allOf",
  "$ref",
  "$recursiveRef",
  "$dynamicRef",
  "dependentSchemas",
  "propertyNames",
])

/** Keywords of which one sentence is enough: what is wrong with each alternative would only confuse. */
const alternatives: ReadonlySet<string> = new Set(["anyOf", "oneOf", "not", "if", "contains"])

/** Says what the validator found in sentences and codes like those of documents. */
export function problemsOfOutput(schema: JsonSchema, value: unknown, units: readonly OutputUnit[]): ValueProblem[] {
  const hidden = units
    .filter(({ keyword }) => alternatives.has(keyword))
    .map(({ keywordLocation }) => `${keywordLocation}/`)
  const problems = units
    .filter(
      ({ keyword, keywordLocation }) =>
        !passingOn.has(keyword) && !hidden.some((place) => keywordLocation.startsWith(place)),
    )
    .map((unit) => problemOf(schema, value, unit))
  return problems.slice(0, problemCountMax)
}

function problemOf(schema: JsonSchema, value: unknown, unit: OutputUnit): ValueProblem {
  const path = pathOf(unit.instanceLocation, value)
  const found = valueAt(value, path)
  const { keyword, error } = unit
  if (keyword === "required") {
    const name = /required property "([^]*)"\.$/.exec(error)?.[1] ?? ""
    return { path: [...path, name], code: "REQUIRED", message: "is required" }
  }
  if (keyword === "false") return unknownField(schema, path, unit)
  const wanted = keywordValue(schema, unit.keywordLocation)
  return { path, ...explained(keyword, wanted, found, error) }
}

function unknownField(schema: JsonSchema, path: ValueProblem["path"], { keywordLocation }: OutputUnit): ValueProblem {
  const parent = valueAtPointer(schema, keywordLocation.split("/").slice(0, -2))
  const properties = isRecord(parent) && isRecord(parent["properties"]) ? Object.keys(parent["properties"]) : []
  return { path, code: "UNKNOWN_FIELD", message: `is not a field here.${didYouMean(String(path.at(-1)), properties)}` }
}

type Explained = Pick<ValueProblem, "code" | "message">

function explained(keyword: string, wanted: unknown, found: unknown, error: string): Explained {
  switch (keyword) {
    case "type":
      if (found === null) return { code: "NOT_NULLABLE", message: "must not be null" }
      return { code: "WRONG_TYPE", message: `must be ${typeNames(wanted)}` }
    case "enum":
    case "const":
      return { code: "NOT_IN_ENUM", message: `must be ${oneOf(keyword === "enum" ? wanted : [wanted])}` }
    case "minLength":
      return { code: "TOO_SHORT", message: `must have at least ${count(wanted, "character")}` }
    case "maxLength":
      return { code: "TOO_LONG", message: `must have at most ${count(wanted, "character")}` }
    case "minItems":
      return { code: "TOO_SHORT", message: `must have at least ${count(wanted, "item")}` }
    case "maxItems":
      return { code: "TOO_LONG", message: `must have at most ${count(wanted, "item")}` }
    case "minimum":
      return { code: "TOO_SMALL", message: `must be at least ${String(wanted)}` }
    case "maximum":
      return { code: "TOO_LARGE", message: `must be at most ${String(wanted)}` }
    case "exclusiveMinimum":
      return { code: "TOO_SMALL", message: `must be more than ${String(wanted)}` }
    case "exclusiveMaximum":
      return { code: "TOO_LARGE", message: `must be less than ${String(wanted)}` }
    case "pattern":
      return { code: "PATTERN_MISMATCH", message: `must match ${String(wanted)}` }
    case "format":
      return {
        code: "INVALID_FORMAT",
        message: `must be ${formatNames[String(wanted)] ?? `of the format ${String(wanted)}`}`,
      }
    default:
      return { code: "JSON_SCHEMA_MISMATCH", message: `does not fit: ${error.replace(/\.$/, "")}` }
  }
}

const formatNames: Readonly<Record<string, string>> = {
  "date-time": "an ISO 8601 date and time with Z or an offset, such as 2026-01-31T12:00:00Z",
  date: "a date such as 2026-01-31",
  email: "an email address",
  uri: "a URL",
  uuid: "a UUID",
}

const typeWords: Readonly<Record<string, string>> = {
  string: "a string",
  number: "a number",
  integer: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  null: "null",
}

function typeNames(wanted: unknown): string {
  return [wanted]
    .flat()
    .map((type) => typeWords[String(type)] ?? String(type))
    .join(" or ")
}

/** How many values of an enum a message lists. */
const shownValuesMax = 10

function oneOf(values: unknown): string {
  const all = Array.isArray(values) ? values : [values]
  const shown = all.slice(0, shownValuesMax).map((value) => JSON.stringify(value))
  const rest = all.length - shown.length
  return `${shown.length > 1 ? "one of " : ""}${shown.join(", ")}${rest > 0 ? ` or ${rest} others` : ""}`
}

function count(wanted: unknown, word: string): string {
  return `${String(wanted)} ${word}${wanted === 1 ? "" : "s"}`
}

/** `#/tags/0` as `["tags", 0]`: a part is an index where the value has a list. */
function pathOf(pointer: string, value: unknown): (string | number)[] {
  const path: (string | number)[] = []
  let place: unknown = value
  for (const part of pointer.split("/").slice(1).map(unescaped)) {
    const key = Array.isArray(place) ? Number(part) : part
    path.push(key)
    place = (place as Record<string | number, unknown> | null | undefined)?.[key]
  }
  return path
}

function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce((place, key) => (place as Record<string | number, unknown> | null | undefined)?.[key], value)
}

function keywordValue(schema: JsonSchema, pointer: string): unknown {
  return valueAtPointer(schema, pointer.split("/"))
}

/** Follows a place in the schema, also through `$ref` to another place of the same schema. */
function valueAtPointer(schema: JsonSchema, [, ...parts]: readonly string[]): unknown {
  let place: unknown = schema
  for (const part of parts.map(unescaped)) {
    if (!isRecord(place) && !Array.isArray(place)) return undefined
    const next: unknown = (place as Record<string, unknown>)[part]
    const isReference = part === "$ref" && typeof next === "string" && next.startsWith("#")
    place = isReference ? valueAtPointer(schema, next.split("/")) : next
  }
  return place
}

function unescaped(part: string): string {
  let text = part
  try {
    text = decodeURIComponent(part)
  } catch {
    // Written as it is.
  }
  return text.replaceAll("~1", "/").replaceAll("~0", "~")
}
