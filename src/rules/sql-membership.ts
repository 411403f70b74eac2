import type { StoredValue } from "../schema/fields/field-type.ts"
import { placeholderCountMax } from "./limits.ts"
import { jsonIs, neverWhereKnown, scalarIs } from "./sql-compare.ts"
import type { JsonOperand, Operand, ScalarOperand, ScalarType } from "./sql-operand.ts"
import { boundValue, isWholeColumn, jsonTypeSql, membersSql, scalarTypeOf } from "./sql-operand.ts"
import type { NarrowPart, Piece } from "./sql-piece.ts"
import { alternativeCountMax, eitherPiece, faultPiece, isKnown, sqlPiece, toSql } from "./sql-piece.ts"
import type { RuleMap, RuleObject, RuleValue } from "./values.ts"
import { RuleFault, isList, isMap, mapKeys, typeName } from "./values.ts"

/** How many members a known list may have that json values are looked up in, each of which is a condition. */
const jsonCandidateCountMax = 200

/** Translates `value in container`; null when SQL cannot say it. */
export function membershipOf(value: Operand, container: Operand): NarrowPart | null {
  if (container.kind === "scalar") return () => faultPiece("A column is not a list.")
  if (container.kind === "json") return value.kind === "json" ? null : inJson(value, container)
  if (value.kind === "known") return null
  return (frame) => {
    const known = container.evaluate(frame)
    if (known instanceof RuleFault) return { known }
    if (!isList(known) && !isMap(known)) return faultPiece(`in does not take ${typeName(known)} on its right.`)
    const members = isList(known) ? known : mapKeys(known)
    return value.kind === "scalar" ? scalarIn(value, members) : jsonIn(value, members)
  }
}

function scalarIn(scalar: ScalarOperand, members: readonly RuleValue[]): Piece {
  const { sql, type, nulls, field } = scalar
  const bound = members.flatMap((member) => (scalarTypeOf(member) === type ? (boundValue(member) ?? []) : []))
  const isNull = members.includes(null) ? scalarIs(scalar, null) : ({ known: false } as const)
  if (bound.length === 0) return eitherPiece(isNull, neverWhereKnown(scalar))
  const list = listSql(bound, type)
  const isMember = `${sql} IN (${list.sql})`
  const piece = sqlPiece(nulls === "null" ? `(${sql} IS NOT NULL AND ${isMember})` : `(${isMember})`, list.values, [
    field,
  ])
  const isFew = scalar.isColumn && bound.length <= alternativeCountMax
  return eitherPiece(isNull, isFew ? { ...piece, alternatives: bound.map((value) => ({ field, value })) } : piece)
}

/** A short list is bound value by value, a longer one as one JSON text, so that there are few shapes. */
function listSql(
  values: readonly Exclude<StoredValue, null>[],
  type: ScalarType,
): { readonly sql: string; readonly values: readonly StoredValue[] } {
  const fitsJson = type !== "bytes" && values.every((value) => typeof value === "string" || Number.isFinite(value))
  if (values.length <= placeholderCountMax || !fitsJson) return { sql: values.map(() => "?").join(", "), values }
  return { sql: "SELECT value FROM json_each(?)", values: [JSON.stringify(values)] }
}

function jsonIn(json: JsonOperand, members: readonly RuleValue[]): Piece {
  if (members.length > jsonCandidateCountMax)
    return faultPiece(`The list has more than ${jsonCandidateCountMax} members.`)
  const none: Piece = isWholeColumn(json)
    ? { known: false }
    : sqlPiece(`(CASE WHEN ${jsonTypeSql(json)} IS NOT NULL THEN 0 END)`, [], [json.field])
  return members.map((member) => jsonIs(json, member)).reduce(eitherPiece, none)
}

function inJson(value: Exclude<Operand, JsonOperand>, json: JsonOperand): NarrowPart {
  if (value.kind === "scalar") {
    const piece = inJsonPiece(json, { sql: value.sql, type: value.type, values: [], fields: [value.field, json.field] })
    const { nulls, sql } = value
    if (nulls !== "null") return () => piece
    const asNull = inJsonPiece(json, { sql: "NULL", type: null, values: [], fields: [value.field, json.field] })
    return () => sqlPiece(`(CASE WHEN ${sql} IS NULL THEN ${asNull.sql} ELSE ${piece.sql} END)`, [], piece.fields)
  }
  return (frame) => {
    const known = value.evaluate(frame)
    if (known instanceof RuleFault) return { known }
    if (known === null) return inJsonPiece(json, { sql: "NULL", type: null, values: [], fields: [json.field] })
    if (isList(known) || isMap(known)) return wholeInJson(json, known)
    const type = scalarTypeOf(known)
    if (type === null) return inJsonPiece(json, { sql: "NULL", type: "timestamp", values: [], fields: [json.field] })
    const bound = boundValue(known)
    const values = bound === null ? [] : [bound]
    return inJsonPiece(json, { sql: bound === null ? "NULL" : "?", type, values, fields: [json.field] })
  }
}

/** Whether a list of json holds a known list or map. */
function wholeInJson(json: JsonOperand, known: readonly RuleValue[] | RuleMap | RuleObject): Piece {
  const equal = jsonIs({ ...json, column: "_each.value", path: "$", element: null }, known)
  if (isKnown(equal) && equal.known !== false) return equal
  const { sql: equalSql, values, fields } = toSql(equal)
  const test = `CASE WHEN _each.type IN ('array', 'object') THEN ${equalSql} END`
  const some = `EXISTS (SELECT 1 FROM ${membersSql(json)} AS _each WHERE ${test})`
  return sqlPiece(`(CASE ${jsonTypeSql(json)} WHEN 'array' THEN ${some} WHEN 'object' THEN 0 END)`, values, [
    ...fields,
    json.field,
  ])
}

interface Sought {
  readonly sql: string
  /** Null for CEL's null. */
  readonly type: ScalarType | null
  readonly values: readonly StoredValue[]
  readonly fields: readonly string[]
}

/** Whether a list of json has an element, or an object has a key; an error where it is neither. */
function inJsonPiece(json: JsonOperand, { sql, type, values, fields }: Sought): ReturnType<typeof sqlPiece> {
  const source = membersSql(json)
  const test = elementTest(type, sql)
  const isElement = test === null ? "0" : `EXISTS (SELECT 1 FROM ${source} AS _each WHERE ${test})`
  const isKey = type === "text" ? `EXISTS (SELECT 1 FROM ${source} AS _each WHERE _each.key = ${sql})` : "0"
  const bound = [...(test?.includes("?") === true ? values : []), ...(isKey.includes("?") ? values : [])]
  return sqlPiece(
    `(CASE ${jsonTypeSql(json)} WHEN 'array' THEN ${isElement} WHEN 'object' THEN ${isKey} END)`,
    bound,
    fields,
  )
}

function elementTest(type: ScalarType | null, sql: string): string | null {
  switch (type) {
    case null:
      return "_each.type = 'null'"
    case "text":
      return `_each.type = 'text' AND _each.value = ${sql}`
    case "number":
      return `_each.type IN ('integer', 'real') AND CAST(_each.value AS REAL) = ${sql}`
    case "bool":
      return `_each.type = CASE ${sql} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END`
    case "timestamp":
    case "bytes":
      return null
  }
}
