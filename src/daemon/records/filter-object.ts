import { isJsonObject } from "../../lib/json-object.ts"
import { isStorableText } from "../../schema/fields/string.ts"
import { storedValue } from "../../schema/fields/field-types.ts"
import type { StoredValue } from "../../schema/fields/field-type.ts"
import type { Field } from "../../schema/schema.ts"
import { compareWith, filterOperators, hasElement, hasSubstring, isLike, isNull, isOneOf } from "./condition.ts"
import type { Condition, FilterOperator } from "./condition.ts"
import { findField, isOperatorOf, unfitOperator, unfitValue } from "./filter.ts"
import type { FilterFrame } from "./filter.ts"
import { filterValue } from "./filter-value.ts"
import { quoted, suggestion } from "./query-problems.ts"

/**
 * Reads a filter of the form `{author_id: "ada", views: {$gte: 10, $lt: 20}}`: every condition must hold, and a value alone
 * means `$eq`. Values are those of documents: numbers, booleans and null are not written as text.
 */
export function parseFilterObject(frame: FilterFrame, filter: Readonly<Record<string, unknown>>): Condition[] {
  const { limits, problems } = frame
  const conditions: Condition[] = []
  let count = 0
  for (const [name, wanted] of Object.entries(filter)) {
    if (problems.isFull) break
    const field = findField(frame, name)
    const operations = isJsonObject(wanted) ? Object.entries(wanted) : [["$eq", wanted] as const]
    count += Math.max(1, operations.length)
    if (count > limits.filterCountMax) {
      problems.query("TOO_MANY", `The query has more than ${limits.filterCountMax} filters.`)
      return []
    }
    if (field === undefined) continue
    if (operations.length === 0) malformed(frame, field)
    for (const [word, value] of operations) {
      const condition = parseOperation(frame, field, { word, value })
      if (condition !== undefined) conditions.push(condition)
    }
  }
  return conditions
}

function malformed({ problems }: FilterFrame, field: Field): void {
  const next = `Write {"${field.name}": {"$eq": value}}, or {"${field.name}": value}. Operators: ${words.join(", ")}.`
  problems.filter("MALFORMED", `The filter on "${field.name}" has no operator.`, next)
}

const words = filterOperators.map((operator) => `$${operator}`)

function parseOperation(
  frame: FilterFrame,
  field: Field,
  { word, value }: { readonly word: string; readonly value: unknown },
): Condition | undefined {
  const operator = filterOperators.find((candidate) => `$${candidate}` === word)
  if (operator === undefined) {
    frame.problems.filter("UNKNOWN_OPERATOR", `There is no filter operator ${quoted(word)}.`, suggestion(word, words))
    return undefined
  }
  if (value === null && (operator === "eq" || operator === "ne")) return isNull(field, operator)
  if (!isOperatorOf(field, operator)) return unfitOperator(frame, { field, operator })
  return readCondition(frame, field, { operator, value })
}

function readCondition(
  frame: FilterFrame,
  field: Field,
  { operator, value }: { readonly operator: FilterOperator; readonly value: unknown },
): Condition | undefined {
  switch (operator) {
    case "in":
      return readList(frame, field, value)
    case "like":
    case "contains":
      return readText(frame, field, { operator, value })
    case "eq":
    case "ne":
    case "gt":
    case "gte":
    case "lt":
    case "lte": {
      const stored = readValue(frame, field, value)
      return stored === undefined ? undefined : compareWith(field, operator, stored)
    }
  }
}

function readList(frame: FilterFrame, field: Field, value: unknown): Condition | undefined {
  if (!Array.isArray(value)) {
    const message = `"$in" on "${field.name}" must be a list of values, not ${shown(value)}.`
    frame.problems.filter("UNFIT_VALUE", message)
    return undefined
  }
  const { inListMax } = frame.limits
  if (value.length > inListMax) {
    const message = `The filter on "${field.name}" lists ${value.length} values; the limit is ${inListMax}.`
    frame.problems.filter("TOO_MANY", message)
    return undefined
  }
  const list: StoredValue[] = []
  for (const item of value) {
    const stored = readValue(frame, field, item)
    if (stored === undefined) return undefined
    list.push(stored)
  }
  return isOneOf(field, list)
}

function readText(
  frame: FilterFrame,
  field: Field,
  { operator, value }: { readonly operator: "like" | "contains"; readonly value: unknown },
): Condition | undefined {
  const text = field.type === "json" && isScalar(value) ? String(value) : value
  if (typeof text !== "string" || !isStorableText(text)) return unfitValue(frame, field, shown(value))
  if (!isShort(frame, field, text)) return undefined
  if (field.type === "json") return hasElement(field, text)
  // UUIDs are stored in lower case.
  const part = field.type === "uuid" ? text.toLowerCase() : text
  return operator === "like" ? isLike(field, part) : hasSubstring(field, part)
}

/** Texts of dates may be short, as in a URL; everything else is what a document would hold. */
function readValue(frame: FilterFrame, field: Field, value: unknown): StoredValue | undefined {
  if (typeof value === "string" && !isShort(frame, field, value)) return undefined
  const isText = typeof value === "string" && field.type !== "bool" && field.type !== "int" && field.type !== "float"
  const stored = value === null ? undefined : isText ? filterValue(field, value) : storedValue(field, value)
  return stored === undefined ? unfitValue(frame, field, shown(value)) : stored
}

function isShort({ limits, problems }: FilterFrame, field: Field, text: string): boolean {
  const lengthMax = limits.filterValueLengthMax
  if (text.length <= lengthMax) return true
  problems.filter("TOO_MANY", `The value for "${field.name}" is longer than ${lengthMax} characters.`)
  return false
}

function isScalar(value: unknown): boolean {
  return typeof value === "number" || typeof value === "boolean" || value === null
}

function shown(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? String(value))
}
