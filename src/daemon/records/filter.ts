import { isStorableText } from "../../schema/fields/string.ts"
import type { StoredValue } from "../../schema/fields/field-type.ts"
import type { Field, FieldType } from "../../schema/schema.ts"
import type { CollectionPlan } from "./collection-plan.ts"
import { filterValue, filterValueRule, jsonScalar } from "./filter-value.ts"
import { quoted, suggestion } from "./query-problems.ts"
import type { QueryProblems } from "./query-problems.ts"
import type { RecordLimits } from "./records.ts"
import { quoteName } from "./sql-text.ts"

/** What a filter may do with a field. */
export const filterOperators = ["eq", "ne", "gt", "gte", "lt", "lte", "like", "in", "contains"] as const

export type FilterOperator = (typeof filterOperators)[number]

/** One filter, understood: conditions of equal shape differ only in their values. */
export interface Condition {
  readonly field: Field
  readonly operator: FilterOperator
  /** Bound to the SQL in this order. */
  readonly values: readonly StoredValue[]
  /** Names the SQL. */
  readonly shape: string
  /** A search condition over columns of the table's alias, with a placeholder for each value. */
  sql(alias: string): string
}

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
  json: ["contains", "eq", "ne"],
}

const comparisons = { gt: ">", gte: ">=", lt: "<", lte: "<=" } as const

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

interface FilterText {
  readonly field: Field
  readonly operator: FilterOperator
  readonly text: string
}

function parseCondition(frame: FilterFrame, filter: FilterText): Condition | undefined {
  const { field, operator, text } = filter
  const { problems, limits } = frame
  if (text.length > limits.filterValueLengthMax) {
    problems.filter(
      "TOO_MANY",
      `The value of the filter on "${field.name}" is longer than ${limits.filterValueLengthMax} characters.`,
    )
    return undefined
  }
  if (text === "null" && (operator === "eq" || operator === "ne")) return nullCondition(field, operator)
  if (!operatorsByType[field.type].includes(operator) || (field.type === "json" && operator !== "contains")) {
    problems.filter("UNFIT_OPERATOR", unfitOperator(field, operator), operatorsFor(field))
    return undefined
  }
  switch (operator) {
    case "in":
      return listCondition(frame, filter)
    case "like":
    case "contains":
      return textCondition(frame, filter)
    case "eq":
    case "ne":
    case "gt":
    case "gte":
    case "lt":
    case "lte": {
      const value = filterValue(field, text)
      if (value === undefined) return unfitValue(frame, field, text)
      return comparison(field, operator, value)
    }
  }
}

function nullCondition(field: Field, operator: "eq" | "ne"): Condition {
  const test = operator === "eq" ? "IS NULL" : "IS NOT NULL"
  return condition(field, operator, `${operator}:null`, [], (column) => `${column} ${test}`)
}

/** `ne` is the opposite of `eq`: it also finds documents without a value. */
function comparison(
  field: Field,
  operator: Exclude<FilterOperator, "in" | "like" | "contains">,
  value: StoredValue,
): Condition {
  const sign = operator === "eq" ? "=" : operator === "ne" ? "IS NOT" : comparisons[operator]
  return condition(field, operator, operator, [value], (column) => `${column} ${sign} ?`)
}

function textCondition(frame: FilterFrame, { field, operator, text }: FilterText): Condition | undefined {
  if (!isStorableText(text)) return unfitValue(frame, field, text)
  if (field.type === "json") return elementCondition(field, text)
  // UUIDs are stored in lower case.
  const value = field.type === "uuid" ? text.toLowerCase() : text
  return operator === "like"
    ? condition(field, operator, operator, [value], (column) => `${column} LIKE ?`)
    : condition(field, operator, operator, [value], (column) => `instr(${column}, ?) > 0`)
}

/** An element of a json array: the string itself, or the number, true, false or null that the text reads as. */
function elementCondition(field: Field, text: string): Condition {
  const scalar = jsonScalar(text)
  const values: StoredValue[] = [text]
  let test = "(element.type = 'text' AND element.value = ?)"
  let shape = "contains"
  if (typeof scalar === "number") {
    values.push(scalar)
    test += " OR (element.type IN ('integer', 'real') AND element.value = ?)"
    shape = "contains:number"
  } else if (scalar !== undefined) {
    test += ` OR element.type = '${scalar}'`
    shape = `contains:${scalar}`
  }
  // A key that is an integer tells an element of an array from a member of an object.
  return condition(
    field,
    "contains",
    shape,
    values,
    (column) =>
      `EXISTS (SELECT 1 FROM json_each(${column}) AS element WHERE typeof(element.key) = 'integer' AND (${test}))`,
  )
}

function listCondition(frame: FilterFrame, { field, text }: FilterText): Condition | undefined {
  const texts = splitList(text)
  if (texts.length > frame.limits.inListMax) {
    frame.problems.filter(
      "TOO_MANY",
      `The filter on "${field.name}" lists ${texts.length} values; the limit is ${frame.limits.inListMax}.`,
    )
    return undefined
  }
  const values: StoredValue[] = []
  for (const item of texts) {
    const value = filterValue(field, item)
    if (value === undefined) return unfitValue(frame, field, item)
    values.push(value)
  }
  // The last value is repeated up to a power of two, so that lists of any length share a few statements.
  const last = values.at(-1) ?? null
  while (!isPowerOfTwo(values.length)) values.push(last)
  const places = values.map(() => "?").join(", ")
  return condition(field, "in", `in:${values.length}`, values, (column) => `${column} IN (${places})`)
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

function isPowerOfTwo(count: number): boolean {
  return (count & (count - 1)) === 0
}

function condition(
  field: Field,
  operator: FilterOperator,
  shape: string,
  values: readonly StoredValue[],
  columnSql: (column: string) => string,
): Condition {
  return {
    field,
    operator,
    values,
    shape: `${field.name}:${shape}`,
    sql: (alias) => columnSql(`${alias}.${quoteName(field.name)}`),
  }
}

function findField({ plan, problems }: FilterFrame, name: string): Field | undefined {
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

function unfitValue({ problems }: FilterFrame, field: Field, text: string): undefined {
  problems.filter(
    "UNFIT_VALUE",
    `The filter on "${field.name}" has the value ${quoted(text)}, which is not ${filterValueRule(field)}.`,
  )
}

function unfitOperator(field: Field, operator: FilterOperator): string {
  return field.type === "json" && operator !== "contains"
    ? `"${operator}" on the json field "${field.name}" can only test null.`
    : `"${operator}" does not work on "${field.name}", which is of type ${field.type}.`
}

function operatorsFor(field: Field): string {
  return field.type === "json"
    ? "On json fields: contains:element, eq:null, ne:null."
    : `On ${field.type} fields: ${operatorsByType[field.type].join(", ")}.`
}
