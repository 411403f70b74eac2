import type { StoredValue } from "../../schema/fields/field-type.ts"
import type { Field } from "../../schema/schema.ts"
import { jsonScalar } from "./filter-value.ts"
import { quoteName } from "../../lib/sql-name.ts"

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
  readonly sql: (alias: string) => string
}

/** The operators that compare a field with one value. */
export type Comparison = Exclude<FilterOperator, "in" | "like" | "contains">

const comparisonSigns: Readonly<Record<Comparison, string>> = {
  eq: "=",
  // The opposite of eq: it also finds documents without a value.
  ne: "IS NOT",
  gt: ">",
  gte: ">=",
  lt: "<",
  lte: "<=",
}

/** Compares a field with a value. */
export function compareWith(field: Field, operator: Comparison, value: StoredValue): Condition {
  const sign = comparisonSigns[operator]
  return condition(field, { operator, values: [value], sql: (column) => `${column} ${sign} ?` })
}

/** Tests whether a field has no value, or has one. */
export function isNull(field: Field, operator: "eq" | "ne"): Condition {
  const test = operator === "eq" ? "IS NULL" : "IS NOT NULL"
  return condition(field, { operator, variant: "null", values: [], sql: (column) => `${column} ${test}` })
}

/** Matches text with a pattern of % and _, without regard to the case of ASCII letters. */
export function isLike(field: Field, pattern: string): Condition {
  return condition(field, { operator: "like", values: [pattern], sql: (column) => `${column} LIKE ?` })
}

/** Finds a part of a text. */
export function hasSubstring(field: Field, part: string): Condition {
  return condition(field, { operator: "contains", values: [part], sql: (column) => `instr(${column}, ?) > 0` })
}

/** Finds an element of a json array: the string itself, or the number, true, false or null that the text reads as. */
export function hasElement(field: Field, text: string): Condition {
  const scalar = jsonScalar(text)
  const values: StoredValue[] = [text]
  let test = "(element.type = 'text' AND element.value = ?)"
  let variant = "string"
  if (typeof scalar === "number") {
    values.push(scalar)
    test += " OR (element.type IN ('integer', 'real') AND element.value = ?)"
    variant = "number"
  } else if (scalar !== undefined) {
    test += ` OR element.type = '${scalar}'`
    variant = String(scalar)
  }
  return condition(field, {
    operator: "contains",
    variant,
    values,
    // A key that is an integer tells an element of an array from a member of an object.
    sql: (column) =>
      `EXISTS (SELECT 1 FROM json_each(${column}) AS element WHERE typeof(element.key) = 'integer' AND (${test}))`,
  })
}

/** Finds any of several values. */
export function isOneOf(field: Field, list: readonly StoredValue[]): Condition {
  const values = paddedList(list)
  const places = values.map(() => "?").join(", ")
  return condition(field, {
    operator: "in",
    variant: String(values.length),
    values,
    sql: (column) => `${column} IN (${places})`,
  })
}

/** Repeats the last of a list up to a power of two, so that lists of all lengths share a few statements. */
export function paddedList<Value>(list: readonly Value[]): Value[] {
  const values = [...list]
  if (list.length > 0) while (!isPowerOfTwo(values.length)) values.push(list[list.length - 1]!)
  return values
}

/**
 * LIKE and instr take time in proportion to what is searched for times the text, and nothing can end them within one
 * document: longer ones may not run where others wait. With these a document of a megabyte takes some 50 ms at worst.
 */
const patternLengthMax = 40
const partLengthMax = 500

/** Tells whether a condition may take long on each single document. */
export function isCostly({ operator, values }: Condition): boolean {
  const { length } = String(values[0])
  return (operator === "like" && length > patternLengthMax) || (operator === "contains" && length > partLengthMax)
}

/** Tells whether a condition goes through whole texts or json values: over many documents that adds up. */
export function isSearch({ sql }: { readonly sql: (alias: string) => string }): boolean {
  return /\b(?:LIKE|instr|json_\w+)\b/.test(sql("d"))
}

interface ConditionParts {
  readonly operator: FilterOperator
  /** Tells apart what one operator does in several ways. */
  readonly variant?: string
  readonly values: readonly StoredValue[]
  readonly sql: (column: string) => string
}

function condition(field: Field, { operator, variant = "", values, sql }: ConditionParts): Condition {
  return {
    field,
    operator,
    values,
    shape: `${field.name}:${operator}:${variant}`,
    sql: (alias) => sql(`${alias}.${quoteName(field.name)}`),
  }
}

function isPowerOfTwo(count: number): boolean {
  return (count & (count - 1)) === 0
}
