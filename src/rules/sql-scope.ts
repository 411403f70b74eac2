import type { Collection } from "../schema/schema.ts"
import type { JsonOperand, Operand, ScalarOperand } from "./sql-operand.ts"
import { jsonTypeSql, membersSql } from "./sql-operand.ts"
import type { Piece, SqlPiece } from "./sql-piece.ts"
import { sqlPiece, toSql } from "./sql-piece.ts"

/** What a part of a rule means in SQL depends on: the collection, and the elements that macros around it are at. */
export interface SqlScope {
  readonly collection: Collection
  readonly elements: readonly string[]
  /** What each of the elements is in SQL. */
  readonly operands: readonly Operand[]
}

/** The scope within a macro. */
export function withElement(scope: SqlScope, name: string, operand: Operand): SqlScope {
  return { ...scope, elements: [...scope.elements, name], operands: [...scope.operands, operand] }
}

/** An element of a json list that a macro goes through. */
export function elementOperand({ field }: JsonOperand, depth: number): JsonOperand {
  const element = itemName(depth)
  // The value of an element that is a text is no JSON.
  const column = `(CASE WHEN ${element}.type IN ('array', 'object') THEN ${element}.value END)`
  return { kind: "json", column, path: "$", element, depth: depth + 1, field }
}

/** A key of a json object that a macro goes through. */
export function keyOperand({ field }: JsonOperand, depth: number): ScalarOperand {
  return { kind: "scalar", sql: `${itemName(depth)}.key`, type: "text", nulls: "never", field, isColumn: false }
}

function itemName(depth: number): string {
  return `_item${depth}`
}

/**
 * `exists` holds when the condition does for one element, `all` when it does for every one. An element with an error
 * makes it an error, unless another one decides.
 */
export function quantifiedPiece(
  name: "exists" | "all",
  over: JsonOperand,
  depth: number,
  conditions: { readonly ofList: Piece; readonly ofMap: Piece },
): SqlPiece {
  const decisive = name === "exists" ? "WHEN max(c) = 1 THEN 1" : "WHEN min(c) = 0 THEN 0"
  const otherwise = `WHEN count(*) = count(c) THEN ${name === "exists" ? 0 : 1}`
  const parts = [toSql(conditions.ofList), toSql(conditions.ofMap)]
  const [ofList, ofMap] = parts.map(({ sql }) => {
    const rows = `SELECT ${sql} AS c FROM ${membersSql(over)} AS ${itemName(depth)}`
    return `(SELECT CASE ${decisive} ${otherwise} END FROM (${rows}))`
  })
  return sqlPiece(
    `(CASE ${jsonTypeSql(over)} WHEN 'array' THEN ${ofList} WHEN 'object' THEN ${ofMap} END)`,
    parts.flatMap(({ values }) => values),
    [over.field, ...parts.flatMap(({ fields }) => fields)],
  )
}
