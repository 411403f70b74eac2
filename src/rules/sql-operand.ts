import { quoteName } from "../lib/sql-name.ts"
import type { StoredValue } from "../schema/fields/field-type.ts"
import type { Field } from "../schema/schema.ts"
import type { Evaluate } from "./frame.ts"
import { aliasMark } from "./sql-piece.ts"
import { RuleTimestamp } from "./values.ts"
import type { RuleValue } from "./values.ts"

/** The types that columns have in comparisons. */
export type ScalarType = "text" | "number" | "bool" | "timestamp" | "bytes"

/** What a NULL of an operand means: a null of CEL, an error, or nothing because there is none. */
export type NullMeaning = "null" | "fault" | "never"

/** A value of the row that SQL computes without parameters. */
export interface ScalarOperand {
  readonly kind: "scalar"
  readonly sql: string
  readonly type: ScalarType
  readonly nulls: NullMeaning
  readonly field: string
  /** True for the column itself, which an index may hold. */
  readonly isColumn: boolean
}

/** A json column, a value inside of one, or an element of a list that a macro goes through. */
export interface JsonOperand {
  readonly kind: "json"
  /** The expression of its column. */
  readonly column: string
  /** Where it is in the column; `$` for the whole of it. */
  readonly path: string
  /** The row of json_each that an element is: looking it up by its path would take longer with every element. */
  readonly element: string | null
  /** How many macros it is inside of. */
  readonly depth: number
  readonly field: string
}

/** What is known before a row is. */
export interface KnownOperand {
  readonly kind: "known"
  readonly evaluate: Evaluate
}

export type Operand = ScalarOperand | JsonOperand | KnownOperand

/** The operand of a field. */
export function fieldOperand({ name, type, nullable }: Field): ScalarOperand | JsonOperand {
  const sql = `${aliasMark}.${quoteName(name)}`
  const scalar = (scalarType: ScalarType): ScalarOperand => {
    return { kind: "scalar", sql, type: scalarType, nulls: nullable ? "null" : "never", field: name, isColumn: true }
  }
  switch (type) {
    case "json":
      return { kind: "json", column: sql, path: "$", element: null, depth: 0, field: name }
    case "uuid":
    case "string":
    case "text":
      return scalar("text")
    case "int":
    case "float":
      return scalar("number")
    case "bool":
      return scalar("bool")
    case "timestamp":
      return scalar("timestamp")
    case "blob":
      return scalar("bytes")
  }
}

/** A json value as SQLite has it: lists and objects as their text. */
export function jsonValueSql({ column, path, element }: JsonOperand): string {
  return element === null ? `json_extract(${column}, '${path}')` : `${element}.value`
}

/** Whether it is a whole column, whose NULL is a null of CEL; elsewhere NULL means that nothing is there. */
export function isWholeColumn({ path, element }: JsonOperand): boolean {
  return path === "$" && element === null
}

/** A member of a json value, by a step such as `.key` or `[0]`. */
export function memberOf(json: JsonOperand, step: string): JsonOperand {
  return { ...json, element: null, path: `${json.path}${step}` }
}

/** The rows of SQL that the members of a json value are: `key`, `value`, `type`, `fullkey`. */
export function membersSql(json: JsonOperand): string {
  return `json_each(${json.column}, '${json.path}')`
}

/** The step of a path to a key, or null for a key that would need escapes. */
export function jsonStep(key: string | boolean | bigint): string | null {
  return typeof key === "string" && /^[A-Za-z_][A-Za-z0-9_]*$/.test(key) ? `.${key}` : null
}

/** The step of a path to a key of any text, as part of a literal of SQL: SQLite reads the escapes of JSON. */
export function quotedStep(key: string): string {
  return `.${JSON.stringify(key).replaceAll("'", "''")}`
}

/** The type of a json value in SQLite's words; NULL where there is none. */
export function jsonTypeSql({ column, path, element }: JsonOperand): string {
  if (element !== null) return `${element}.type`
  return path === "$" ? `json_type(${column})` : `json_type(${column}, '${path}')`
}

/** A json value as a scalar of a type: NULL, which is an error, where it has another one. */
export function jsonAs(json: JsonOperand, type: ScalarType): ScalarOperand {
  const value = jsonValueSql(json)
  const kind = jsonTypeSql(json)
  const sql = { text: "", number: "", bool: "", timestamp: "NULL", bytes: "NULL" }
  sql.text = `(CASE ${kind} WHEN 'text' THEN ${value} END)`
  sql.number = `(CASE WHEN ${kind} IN ('integer', 'real') THEN CAST(${value} AS REAL) END)`
  sql.bool = `(CASE ${kind} WHEN 'true' THEN 1 WHEN 'false' THEN 0 END)`
  return { kind: "scalar", sql: sql[type], type, nulls: "fault", field: json.field, isColumn: false }
}

/** The type that a known value has in comparisons; null for what no column holds. */
export function scalarTypeOf(value: RuleValue): ScalarType | null {
  if (typeof value === "string") return "text"
  if (typeof value === "number" || typeof value === "bigint") return "number"
  if (typeof value === "boolean") return "bool"
  if (value instanceof RuleTimestamp) return "timestamp"
  return value instanceof Uint8Array ? "bytes" : null
}

/** A known value as it is bound, or null for one that no column can hold: NaN, and texts with lone surrogates. */
export function boundValue(value: RuleValue): Exclude<StoredValue, null> | null {
  if (typeof value === "string") return value.isWellFormed() ? value : null
  if (typeof value === "number") return Number.isNaN(value) ? null : value
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value
  if (typeof value === "boolean") return value ? 1 : 0
  if (value instanceof RuleTimestamp) return new Date(value.ms).toISOString()
  return value instanceof Uint8Array ? value : null
}
