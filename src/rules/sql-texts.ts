import { codePointCount } from "./functions.ts"
import { searchedPartBytesMax } from "./limits.ts"
import type { JsonOperand, KnownOperand, Operand, ScalarOperand } from "./sql-operand.ts"
import { boundValue, jsonAs, jsonTypeSql, jsonValueSql, membersSql } from "./sql-operand.ts"
import type { NarrowPart, Piece } from "./sql-piece.ts"
import { faultPiece, sqlPiece } from "./sql-piece.ts"
import { RuleFault, typeName } from "./values.ts"

export const textTests = ["startsWith", "endsWith", "contains"] as const

export type TextTest = (typeof textTests)[number]

/** `size()` of a text, of bytes, or of a json value: NULL, an error, for what has none. Null for what never has one. */
export function sizeOperand(operand: ScalarOperand | JsonOperand): ScalarOperand | null {
  const { field } = operand
  const counted = { kind: "scalar", type: "number", nulls: "fault", field, isColumn: false } as const
  if (operand.kind === "scalar") {
    return operand.type === "text" || operand.type === "bytes" ? { ...counted, sql: `length(${operand.sql})` } : null
  }
  const { column, path } = operand
  const cases = [
    `WHEN 'array' THEN json_array_length(${column}, '${path}')`,
    `WHEN 'object' THEN (SELECT count(*) FROM ${membersSql(operand)})`,
    `WHEN 'text' THEN length(${jsonValueSql(operand)})`,
  ]
  return { ...counted, sql: `(CASE ${jsonTypeSql(operand)} ${cases.join(" ")} END)` }
}

/** Translates `text.startsWith(other)` and the like. Never LIKE, which ignores case and knows wildcards. */
export function textTestOf(test: TextTest, receiver: Operand, argument: Operand): NarrowPart {
  const text = asText(receiver)
  const other = asText(argument)
  if (text === null || other === null) return () => faultPiece(`${test}() takes texts.`)
  if (text.kind === "scalar" && other.kind === "known") return withKnownArgument(test, text, other)
  if (text.kind === "scalar" && other.kind === "scalar") {
    const piece = sqlPiece(between(test, text.sql, other.sql), [], [text.field, other.field])
    return () => piece
  }
  if (text.kind === "known" && other.kind === "scalar") return withKnownText(test, text, other)
  return () => faultPiece(`${test}() takes texts.`)
}

function asText(operand: Operand): ScalarOperand | KnownOperand | null {
  if (operand.kind === "json") return jsonAs(operand, "text")
  return operand.kind === "scalar" && operand.type !== "text" ? null : operand
}

function withKnownArgument(test: TextTest, { sql, field }: ScalarOperand, known: KnownOperand): NarrowPart {
  return (frame) => {
    const value = known.evaluate(frame)
    if (typeof value !== "string") return unfit(test, value)
    const bound = boundValue(value)
    if (bound === null) return faultPiece("A text has lone surrogates.")
    if (value === "") return sqlPiece(`(CASE WHEN ${sql} IS NOT NULL THEN 1 END)`, [], [field])
    if (test === "contains" && Buffer.byteLength(value) > searchedPartBytesMax) {
      return faultPiece("A text that is searched for is too long.")
    }
    const length = codePointCount(value)
    switch (test) {
      case "startsWith":
        return sqlPiece(`(substr(${sql}, 1, ?) = ?)`, [length, bound], [field])
      case "endsWith":
        return sqlPiece(`(substr(${sql}, ?) = ?)`, [-length, bound], [field])
      case "contains":
        return sqlPiece(`(instr(${sql}, ?) > 0)`, [bound], [field])
    }
  }
}

function withKnownText(test: TextTest, known: KnownOperand, { sql, field }: ScalarOperand): NarrowPart {
  return (frame) => {
    const value = known.evaluate(frame)
    if (typeof value !== "string") return unfit(test, value)
    const bound = boundValue(value)
    if (bound === null || value.includes("\0")) return faultPiece("A text has characters that are not stored.")
    const uses = between(test, "?", sql)
    return sqlPiece(
      uses,
      uses
        .split("?")
        .slice(1)
        .map(() => bound),
      [field],
    )
  }
}

function between(test: TextTest, text: string, other: string): string {
  switch (test) {
    case "startsWith":
      return `(substr(${text}, 1, length(${other})) = ${other})`
    case "endsWith":
      return `(CASE ${other} WHEN '' THEN CASE WHEN ${text} IS NOT NULL THEN 1 END ELSE substr(${text}, -length(${other})) = ${other} END)`
    case "contains":
      // instr takes the product of both lengths, and nothing can end it: a longer part refuses.
      return `(CASE WHEN octet_length(${other}) <= ${searchedPartBytesMax} THEN instr(${text}, ${other}) > 0 END)`
  }
}

function unfit(test: TextTest, value: Parameters<typeof typeName>[0] | RuleFault): Piece {
  return value instanceof RuleFault ? { known: value } : faultPiece(`${test}() does not take ${typeName(value)}.`)
}
