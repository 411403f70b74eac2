import type { StoredValue } from "../../schema/fields/field-type.ts"
import { isStorableText } from "../../schema/fields/string.ts"
import type { Field, FieldType } from "../../schema/schema.ts"
import type { CollectionPlan } from "./collection-plan.ts"
import { compareWith, filterOperators, hasElement, hasSubstring, isLike, isNull, isOneOf } from "./condition.ts"
import type { Condition, FilterOperator } from "./condition.ts"
import { filterValue, filterValueRule } from "./filter-value.ts"
import { quoted, suggestion } from "./query-problems.ts"
import type { QueryProblems } from "./query-problems.ts"
import type { RecordLimits } from "./records.ts"

const ordered = ["eq", "ne", "gt", "gte", "lt", "lte", "in"] as const

const operatorsByType: Readonly<Record<FieldType, readonly FilterOperator[]>> = {
  uuid: filterOperators,
  string: filterOperators,
  text: filterOperators,
  int: ordered,
  float: ordered,
  timestamp: ordered,
  bool: ["eq", "ne", "in"],
  blob: ["eq", "ne", "in"],
  // Besides these, eq:null and ne:null.
  json: ["contains"],
}

/** What reading a filter needs. */
export interface FilterFrame {
  readonly plan: CollectionPlan
  readonly limits: RecordLimits
  readonly problems: QueryProblems
}

/** Reads `field:op:value`; the value is all that stands after the second colon. */
export function parseFilter(frame: FilterFrame, text: string): Condition | undefined {
  const first = text.indexOf(":")
  const second = first === -1 ? -1 : text.indexOf(":", first + 1)
  if (second === -1) {
    frame.problems.filter(
      "MALFORMED",
      `The filter ${quoted(text)} is not of the form field:operator:value.`,
      `Operators: ${filterOperators.join(", ")}. Example: filter=title:like:%25news%25.`,
    )
    return undefined
  }
  const field = findField(frame, text.slice(0, first))
  const operator = findOperator(frame, text.slice(first + 1, second))
  if (field === undefined || operator === undefined) return undefined
  return parseCondition(frame, { field, operator, text: text.slice(second + 1) })
}

/** Reads the short form `field=value`, which means eq. */
export function parseShortFilter(frame: FilterFrame, field: Field, text: string): Condition | undefined {
  return parseCondition(frame, { field, operator: "eq", text })
}

/** Whether an operator works on a field; eq and ne work with null on every one. */
export function isOperatorOf(field: Field, operator: FilterOperator): boolean {
  return operatorsByType[field.type].includes(operator)
}

interface FilterText {
  readonly field: Field
  readonly operator: FilterOperator
  readonly text: string
}

function parseCondition(frame: FilterFrame, filter: FilterText): Condition | undefined {
  const { field, operator, text } = filter
  const lengthMax = frame.limits.filterValueLengthMax
  if (text.length > lengthMax) {
    frame.problems.filter("TOO_MANY", `The value for "${field.name}" is longer than ${lengthMax} characters.`)
    return undefined
  }
  if (text === "null" && (operator === "eq" || operator === "ne")) return isNull(field, operator)
  if (!isOperatorOf(field, operator)) return unfitOperator(frame, filter)
  switch (operator) {
    case "in":
      return parseList(frame, filter)
    case "like":
    case "contains":
      return parseText(frame, filter)
    case "eq":
    case "ne":
    case "gt":
    case "gte":
    case "lt":
    case "lte": {
      const value = filterValue(field, text)
      return value === undefined ? unfitValue(frame, field, text) : compareWith(field, operator, value)
    }
  }
}

function parseText(frame: FilterFrame, { field, operator, text }: FilterText): Condition | undefined {
  if (!isStorableText(text)) return unfitValue(frame, field, text)
  if (field.type === "json") return hasElement(field, text)
  // UUIDs are stored in lower case.
  const value = field.type === "uuid" ? text.toLowerCase() : text
  return operator === "like" ? isLike(field, value) : hasSubstring(field, value)
}

function parseList(frame: FilterFrame, { field, text }: FilterText): Condition | undefined {
  const texts = splitList(text)
  const { inListMax } = frame.limits
  if (texts.length > inListMax) {
    const message = `The filter on "${field.name}" lists ${texts.length} values; the limit is ${inListMax}.`
    frame.problems.filter("TOO_MANY", message)
    return undefined
  }
  const values: StoredValue[] = []
  for (const item of texts) {
    const value = filterValue(field, item)
    if (value === undefined) return unfitValue(frame, field, item)
    values.push(value)
  }
  return isOneOf(field, values)
}

/** Splits at commas; `\,` is a comma inside a value and `\\` a backslash. */
function splitList(text: string): string[] {
  if (!text.includes("\\")) return text.split(",")
  const items = [""]
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index]!
    const next = text[index + 1]
    if (character === "\\" && (next === "," || next === "\\")) {
      items[items.length - 1] += next
      index += 1
    } else if (character === ",") items.push("")
    else items[items.length - 1] += character
  }
  return items
}

/** Finds the field that a filter names; what is unknown is a problem. */
export function findField({ plan, problems }: FilterFrame, name: string): Field | undefined {
  const field = plan.fields.get(name)
  if (field === undefined) {
    const next = suggestion(name, [...plan.fields.keys()])
    problems.filter("UNKNOWN_FIELD", `${plan.collection.name} has no field ${quoted(name)} to filter by.`, next)
  }
  return field
}

function findOperator({ problems }: FilterFrame, word: string): FilterOperator | undefined {
  const operator = filterOperators.find((candidate) => candidate === word)
  if (operator === undefined) {
    const next = suggestion(word, filterOperators)
    problems.filter("UNKNOWN_OPERATOR", `There is no filter operator ${quoted(word)}.`, next)
  }
  return operator
}

/** Complains of a value that the field cannot have. */
export function unfitValue({ problems }: FilterFrame, field: Field, text: string): undefined {
  const rule = filterValueRule(field)
  problems.filter("UNFIT_VALUE", `The filter on "${field.name}" has the value ${quoted(text)}, which is not ${rule}.`)
}

/** Complains of an operator that does not work on the field. */
export function unfitOperator(
  { problems }: FilterFrame,
  { field, operator }: Pick<FilterText, "field" | "operator">,
): undefined {
  const known = field.type === "json" ? "contains:element, eq:null, ne:null" : operatorsByType[field.type].join(", ")
  problems.filter(
    "UNFIT_OPERATOR",
    `"${operator}" does not work on "${field.name}", which is of type ${field.type}.`,
    `On ${field.type} fields: ${known}.`,
  )
}
