import type { JsonOperand, KnownOperand, Operand, ScalarOperand } from "./sql-operand.ts"
import { boundValue, jsonAs, jsonTypeSql, scalarTypeOf } from "./sql-operand.ts"
import type { NarrowPart, Piece } from "./sql-piece.ts"
import { faultPiece, notPiece, sqlPiece } from "./sql-piece.ts"
import type { RuleValue } from "./values.ts"
import { RuleFault, typeName } from "./values.ts"

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

/** A json value equals a known one. Lists and maps are not compared. */
export function jsonIs(json: JsonOperand, value: RuleValue): Piece {
  const type = jsonTypeSql(json)
  const isWhole = json.path === "$"
  const fields = [json.field]
  if (value === null) return sqlPiece(isWhole ? `(${type} IS NULL)` : `(${type} = 'null')`, [], fields)
  const scalarType = scalarTypeOf(value)
  if (scalarType === null) return faultPiece(`A json value is not compared with ${typeName(value)} here.`)
  const bound = boundValue(value)
  if (bound === null || scalarType === "timestamp" || scalarType === "bytes") {
    return isWhole ? { known: false } : sqlPiece(`(CASE WHEN ${type} IS NOT NULL THEN 0 END)`, [], fields)
  }
  const { sql } = jsonAs(json, scalarType)
  return sqlPiece(isWhole ? `(${sql} IS ?)` : `(CASE WHEN ${type} IS NOT NULL THEN ${sql} IS ? END)`, [bound], fields)
}

/** A json value equals a column that is never null. */
function jsonIsColumn(json: JsonOperand, column: ScalarOperand): NarrowPart | null {
  if (column.nulls !== "never") return null
  const { sql } = jsonAs(json, column.type)
  const equal = `${sql} IS ${column.sql}`
  const fields = [json.field, column.field]
  if (json.path === "$") return always(sqlPiece(`(${equal})`, [], fields))
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
