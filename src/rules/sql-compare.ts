import type { JsonOperand, KnownOperand, Operand, ScalarOperand } from "./sql-operand.ts"
import {
  boundValue,
  isWholeColumn,
  jsonAs,
  jsonTypeSql,
  memberOf,
  membersSql,
  quotedStep,
  scalarTypeOf,
} from "./sql-operand.ts"
import type { NarrowPart, Piece } from "./sql-piece.ts"
import { bothPieces, faultPiece, isKnown, notPiece, sqlPiece } from "./sql-piece.ts"
import type { RuleMap, RuleObject, RuleValue } from "./values.ts"
import { RuleFault, isList, isMap, mapGet, mapKeys } from "./values.ts"

export type OrderOperator = "<" | "<=" | ">" | ">="

/** Translates `==` and `!=`; null when the two cannot be compared in SQL. */
export function equalityOf(a: Operand, b: Operand): NarrowPart | null {
  if (a.kind === "known") return b.kind === "known" ? null : equalityOf(b, a)
  if (b.kind === "known") {
    return (frame) => {
      const value = b.evaluate(frame)
      if (value instanceof RuleFault) return { known: value }
      return a.kind === "scalar" ? scalarIs(a, value) : jsonIs(a, value)
    }
  }
  if (a.kind === "json") return b.kind === "json" ? null : jsonIsColumn(a, b)
  return b.kind === "json" ? jsonIsColumn(b, a) : always(scalarsEqual(a, b))
}

/** `!=` of what `==` became. */
export function inequalityOf(equality: NarrowPart): NarrowPart {
  return (frame) => notPiece(equality(frame))
}

function always(piece: Piece): NarrowPart {
  return () => piece
}

/** A scalar equals a known value. */
export function scalarIs(scalar: ScalarOperand, value: RuleValue): Piece {
  const { sql, nulls, field, isColumn } = scalar
  if (value === null) return nulls === "null" ? sqlPiece(`(${sql} IS NULL)`, [], [field]) : neverWhereKnown(scalar)
  const bound = scalarTypeOf(value) === scalar.type ? boundValue(value) : null
  if (bound === null) return neverWhereKnown(scalar)
  const piece = sqlPiece(nulls === "null" ? `(${sql} IS ?)` : `(${sql} = ?)`, [bound], [field])
  return isColumn ? { ...piece, equalities: [{ field, value: bound }] } : piece
}

/** False, except where the value itself is an error. */
export function neverWhereKnown({ sql, nulls, field }: ScalarOperand): Piece {
  return nulls === "fault" ? sqlPiece(`(CASE WHEN ${sql} IS NOT NULL THEN 0 END)`, [], [field]) : { known: false }
}

/** A json value equals a known one. */
export function jsonIs(json: JsonOperand, value: RuleValue): Piece {
  if (isList(value) || isMap(value)) return wholeJsonIs(json, value)
  const type = jsonTypeSql(json)
  const isWhole = isWholeColumn(json)
  const fields = [json.field]
  if (value === null) return sqlPiece(isWhole ? `(${type} IS NULL)` : `(${type} = 'null')`, [], fields)
  const scalarType = scalarTypeOf(value)
  const bound = boundValue(value)
  if (scalarType === null || bound === null || scalarType === "timestamp" || scalarType === "bytes") {
    return neverWhereThere(json)
  }
  const { sql } = jsonAs(json, scalarType)
  return sqlPiece(isWhole ? `(${sql} IS ?)` : `(CASE WHEN ${type} IS NOT NULL THEN ${sql} IS ? END)`, [bound], fields)
}

/** A json value equals a known list or map: as many members, each of which is equal. */
function wholeJsonIs(json: JsonOperand, value: readonly RuleValue[] | RuleMap | RuleObject): Piece {
  const members = membersOf(value)
  if (members === null) return neverWhereThere(json)
  if (members.length > comparedMemberCountMax) return tooLarge
  const type = jsonTypeSql(json)
  const count = `(SELECT count(*) FROM ${membersSql(json)}) = ${members.length}`
  const isKind = sqlPiece(`(${type} IS '${isList(value) ? "array" : "object"}' AND ${count})`, [], [json.field])
  const tests = members.map(([step, member]) => {
    const piece = jsonIs(memberOf(json, step), member)
    // A member that is not there makes the whole unequal; it is no error.
    return isKnown(piece) ? piece : sqlPiece(`(${piece.sql} IS 1)`, piece.values, piece.fields)
  })
  const equal = tests.reduce(bothPieces, isKind)
  if (isKnown(equal) || isWholeColumn(json)) return equal
  return sqlPiece(`(CASE WHEN ${type} IS NOT NULL THEN ${equal.sql} END)`, equal.values, equal.fields)
}

/** The members with the steps to them; null where a key is no text, which no object of json has. */
function membersOf(value: readonly RuleValue[] | RuleMap | RuleObject): (readonly [string, RuleValue])[] | null {
  if (isList(value)) return value.map((member, index) => [`[${index}]`, member])
  const keys = mapKeys(value)
  if (!keys.every((key) => typeof key === "string")) return null
  return keys.map((key) => [quotedStep(key), mapGet(value, key)!])
}

/** False, except where nothing is there, which is an error. */
function neverWhereThere(json: JsonOperand): Piece {
  if (isWholeColumn(json)) return { known: false }
  return sqlPiece(`(CASE WHEN ${jsonTypeSql(json)} IS NOT NULL THEN 0 END)`, [], [json.field])
}

/** Members of one known list or map that are compared in SQL, each of which is a condition. */
const comparedMemberCountMax = 32

const tooLarge = faultPiece(`A list or map has more than ${comparedMemberCountMax} members.`)

/** A json value equals a column that is never null. */
function jsonIsColumn(json: JsonOperand, column: ScalarOperand): NarrowPart | null {
  if (column.nulls !== "never") return null
  const { sql } = jsonAs(json, column.type)
  const equal = `${sql} IS ${column.sql}`
  const fields = [json.field, column.field]
  if (isWholeColumn(json)) return always(sqlPiece(`(${equal})`, [], fields))
  return always(sqlPiece(`(CASE WHEN ${jsonTypeSql(json)} IS NOT NULL THEN ${equal} END)`, [], fields))
}

function scalarsEqual(a: ScalarOperand, b: ScalarOperand): Piece {
  const fields = [a.field, b.field]
  const faults = [a, b].filter(({ nulls }) => nulls === "fault").map(({ sql }) => `${sql} IS NOT NULL`)
  const isNull = [a, b].every(({ nulls }) => nulls === "null")
  const different = isNull ? `(${a.sql} IS NULL AND ${b.sql} IS NULL)` : "0"
  const equal = a.type === b.type ? `(${a.sql} IS ${b.sql})` : different
  if (faults.length > 0) return sqlPiece(`(CASE WHEN ${faults.join(" AND ")} THEN ${equal} END)`, [], fields)
  return equal === "0" ? { known: false } : sqlPiece(equal, [], fields)
}

/** Translates an order; null when the two cannot be compared in SQL. */
export function orderOf(operator: OrderOperator, a: Operand, b: Operand): NarrowPart | null {
  if (a.kind === "known") return b.kind === "known" ? null : orderOf(flipped[operator], b, a)
  if (b.kind === "known") return orderWithKnown(operator, a, b)
  if (a.kind === "json" && b.kind === "json") return null
  const left = a.kind === "json" ? jsonAs(a, b.kind === "json" ? "text" : b.type) : a
  const right = b.kind === "json" ? jsonAs(b, left.type) : b
  if (left.type !== right.type) return always(noOrder)
  return always(sqlPiece(`(${left.sql} ${operator} ${right.sql})`, [], [left.field, right.field]))
}

const flipped: { readonly [operator in OrderOperator]: OrderOperator } = { "<": ">", "<=": ">=", ">": "<", ">=": "<=" }

const noOrder = faultPiece("There is no order between values of different types.")

function orderWithKnown(operator: OrderOperator, a: ScalarOperand | JsonOperand, b: KnownOperand): NarrowPart {
  return (frame) => {
    const value = b.evaluate(frame)
    if (value instanceof RuleFault) return { known: value }
    const type = scalarTypeOf(value)
    if (type === null || (a.kind === "scalar" && a.type !== type)) return noOrder
    const scalar = a.kind === "json" ? jsonAs(a, type) : a
    if (Number.isNaN(value)) return sqlPiece(`(CASE WHEN ${scalar.sql} IS NOT NULL THEN 0 END)`, [], [scalar.field])
    const bound = boundValue(value)
    return bound === null ? noOrder : sqlPiece(`(${scalar.sql} ${operator} ?)`, [bound], [scalar.field])
  }
}
