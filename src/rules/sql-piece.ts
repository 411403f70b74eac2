import type { StoredValue } from "../schema/fields/field-type.ts"
import type { RuleFrame } from "./frame.ts"
import { asFault } from "./macros.ts"
import type { RowCondition, RowEquality } from "./rules.ts"
import type { Outcome } from "./values.ts"
import { RuleFault } from "./values.ts"

/** Stands for the alias of the rows in the text of a piece; no name and no operator has it. */
export const aliasMark = "\u0001"

/** A condition in SQL: 1 where it holds, 0 where it does not, NULL where CEL has an error. */
export interface SqlPiece {
  readonly sql: string
  readonly values: readonly StoredValue[]
  readonly equalities: RowCondition["equalities"]
  readonly alternatives: readonly RowEquality[] | null
  readonly fields: readonly string[]
}

/** What is left of a condition once the caller is known: its value, or SQL. */
export type Piece = { readonly known: Outcome } | SqlPiece

/** Fills in what is known. */
export type NarrowPart = (frame: RuleFrame) => Piece

/** Tells whether a piece came to a value already. */
export function isKnown(piece: Piece): piece is { readonly known: Outcome } {
  return "known" in piece
}

/** A piece that looks at fields and needs no index. */
export function sqlPiece(sql: string, values: readonly StoredValue[], fields: readonly string[]): SqlPiece {
  return { sql, values, fields, equalities: [], alternatives: null }
}

/** `&&` of two pieces. An error is NULL, so that SQL's three values mean what CEL's do. */
export function bothPieces(a: Piece, b: Piece): Piece {
  return joinPieces({ a, b, word: "AND", decisive: false })
}

/** `||` of two pieces. */
export function eitherPiece(a: Piece, b: Piece): Piece {
  return joinPieces({ a, b, word: "OR", decisive: true })
}

interface Join {
  readonly a: Piece
  readonly b: Piece
  readonly word: "AND" | "OR"
  /** The value that decides whatever the other one is. */
  readonly decisive: boolean
}

function joinPieces({ a, b, word, decisive }: Join): Piece {
  if (isKnown(a) && a.known === decisive) return a
  if (isKnown(b) && b.known === decisive) return b
  if (isKnown(a) && a.known === !decisive) return asBool(b)
  if (isKnown(b) && b.known === !decisive) return asBool(a)
  if (isKnown(a) && isKnown(b)) return { known: asFault(a.known) }
  const left = toSql(a)
  const right = toSql(b)
  return {
    sql: `(${left.sql} ${word} ${right.sql})`,
    values: [...left.values, ...right.values],
    fields: [...left.fields, ...right.fields],
    equalities: word === "AND" ? [...left.equalities, ...right.equalities] : [],
    alternatives: word === "AND" ? (left.alternatives ?? right.alternatives) : alternativesOf(left, right),
  }
}

/** How many values a condition is looked up by, at most. */
export const alternativeCountMax = 16

/** Texts are told apart better than numbers and bools. */
function bestOf(equalities: readonly RowEquality[]): readonly RowEquality[] {
  const found = equalities.find(({ value }) => typeof value === "string") ?? equalities[0]
  return found === undefined ? [] : [found]
}

/** An equality of each branch; null when one has none. */
function alternativesOf(left: SqlPiece, right: SqlPiece): readonly RowEquality[] | null {
  const [a, b] = [left, right].map(({ equalities, alternatives }) => alternatives ?? bestOf(equalities))
  if (a === undefined || b === undefined || a.length === 0 || b.length === 0) return null
  return a.length + b.length > alternativeCountMax ? null : [...a, ...b]
}

/** `!` of a piece. */
export function notPiece(piece: Piece): Piece {
  if (!isKnown(piece)) return sqlPiece(`(NOT ${piece.sql})`, piece.values, piece.fields)
  return { known: typeof piece.known === "boolean" ? !piece.known : asFault(piece.known) }
}

/** `?:` of three pieces. */
export function choicePiece(condition: Piece, yes: Piece, no: Piece): Piece {
  if (isKnown(condition)) {
    if (typeof condition.known !== "boolean") return { known: asFault(condition.known) }
    return condition.known ? yes : no
  }
  const parts = [condition, toSql(yes), toSql(no)]
  return sqlPiece(
    `(CASE ${condition.sql} WHEN 1 THEN ${parts[1]!.sql} WHEN 0 THEN ${parts[2]!.sql} END)`,
    parts.flatMap(({ values }) => values),
    parts.flatMap(({ fields }) => fields),
  )
}

/** A fault that stands for whatever is neither true nor false. */
function asBool(piece: Piece): Piece {
  return isKnown(piece) && typeof piece.known !== "boolean" ? { known: asFault(piece.known) } : piece
}

/** A piece as SQL, also where it is known. */
export function toSql(piece: Piece): SqlPiece {
  if (!isKnown(piece)) return piece
  return sqlPiece(piece.known === true ? "1" : piece.known === false ? "0" : "NULL", [], [])
}

/** The piece of an error. */
export function faultPiece(message: string): Piece {
  return { known: new RuleFault(message) }
}
