import { quoteName } from "../../lib/sql-name.ts"
import type { StoredValue } from "../../schema/fields/field-type.ts"
import type { Field } from "../../schema/schema.ts"
import { ExpressionFault, tokensOf } from "./expression-tokens.ts"
import type { Token } from "./expression-tokens.ts"
import { quoted, suggestion } from "./query-problems.ts"
import type { ExpressionRights } from "./records.ts"

/** An expression over the fields of one document, as SQL. */
export interface Expression {
  /** Over the alias `d`, every part in parentheses. */
  readonly sql: string
  /** Its literals, in the order of the placeholders. */
  readonly values: readonly StoredValue[]
  /** What it reads. */
  readonly fields: ReadonlySet<Field>
}

/** UTF-16 code units of one expression. */
export const expressionLengthMax = 1_000

/** Parentheses and signs within each other. */
const depthMax = 50

/** Functions of SQLite that only compute, in time that grows with their arguments, and make nothing larger than these. */
const functionNames: ReadonlySet<string> = new Set(
  (
    "abs ceil ceiling coalesce date datetime floor ifnull iif instr json json_array_length json_extract json_insert " +
    "json_remove json_replace json_set json_type json_valid julianday length lower ltrim max min mod nullif pow power " +
    "round rtrim sign sqrt strftime substr substring time trim typeof unicode unixepoch upper"
  ).split(" "),
)

const words = new Set(["AND", "OR", "NOT", "IS", "NULL", "TRUE", "FALSE", "CASE", "WHEN", "THEN", "ELSE", "END"])

/** From the loosest to the tightest, as in SQLite. */
const levels: readonly (readonly string[])[] = [
  ["OR"],
  ["AND"],
  [],
  ["=", "==", "!=", "<>", "IS"],
  ["<", "<=", ">", ">="],
  ["+", "-"],
  ["*", "/", "%"],
  ["||"],
]

const notLevel = 2

/** Reads an expression over the fields of a collection; throws ExpressionFault. */
export function parseExpression(
  text: string,
  { fields, rights }: { readonly fields: ReadonlyMap<string, Field>; readonly rights: ExpressionRights },
): Expression {
  if (text.length > expressionLengthMax) {
    throw new ExpressionFault(`It is longer than ${expressionLengthMax} characters`, expressionLengthMax)
  }
  const parser = new Parser(tokensOf(text), fields, rights)
  const sql = parser.level(0)
  parser.requireEnd()
  return { sql, values: parser.values, fields: parser.read }
}

class Parser {
  readonly values: StoredValue[] = []
  readonly read = new Set<Field>()
  readonly #tokens: readonly Token[]
  readonly #fields: ReadonlyMap<string, Field>
  readonly #rights: ExpressionRights
  #position = 0
  #depth = 0

  constructor(tokens: readonly Token[], fields: ReadonlyMap<string, Field>, rights: ExpressionRights) {
    this.#tokens = tokens
    this.#fields = fields
    this.#rights = rights
  }

  level(index: number): string {
    if (index === levels.length) return this.#signed()
    if (index === notLevel && this.#take("NOT")) return this.#nested(() => `(NOT ${this.level(notLevel)})`)
    let left = this.level(index + 1)
    for (;;) {
      const operator = levels[index]!.find((sign) => this.#take(sign))
      if (operator === undefined) return left
      const isNegated = operator === "IS" && this.#take("NOT")
      const right = this.level(index + 1)
      left = `(${left} ${operator}${isNegated ? " NOT" : ""} ${right})`
    }
  }

  requireEnd(): void {
    const token = this.#now
    if (token.kind === "end") return
    const isName = token.kind === "word" || token.kind === "name"
    const next = isName ? "Between two values stands an operator: + - * / % || = < > AND OR." : undefined
    throw new ExpressionFault(`${quoted(token.text)} is not expected here`, token.offset, next)
  }

  #signed(): string {
    const sign = ["-", "+"].find((each) => this.#take(each))
    return sign === undefined ? this.#operand() : this.#nested(() => `(${sign} ${this.#signed()})`)
  }

  #operand(): string {
    const token = this.#now
    this.#position += 1
    switch (token.kind) {
      case "number":
        return this.#bind(numberOf(token))
      case "text":
        return this.#bind(token.text)
      case "name":
        return this.#field(token)
      case "word":
        return this.#word(token)
      case "sign":
        if (token.text === "(") return this.#nested(() => this.#closed(this.level(0)))
        break
      case "end":
        throw new ExpressionFault("A value is missing at the end", token.offset)
    }
    throw new ExpressionFault(`A value is missing before ${quoted(token.text)}`, token.offset)
  }

  #word(token: Token): string {
    const word = token.text.toUpperCase()
    if (word === "NULL") return "NULL"
    if (word === "TRUE" || word === "FALSE") return this.#bind(word === "TRUE" ? 1n : 0n)
    if (word === "CASE") return this.#nested(() => this.#case(token))
    if (this.#now.text === "(" && this.#now.kind === "sign") return this.#nested(() => this.#call(token))
    if (words.has(word)) throw new ExpressionFault(`A value is missing before ${word}`, token.offset)
    return this.#field(token)
  }

  #field({ text, offset }: Token): string {
    const field = this.#fields.get(text)
    if (field === undefined) {
      const next = suggestion(text, [...this.#fields.keys()])
      throw new ExpressionFault(`There is no field ${quoted(text)}`, offset, `${next} A text stands in single quotes.`)
    }
    if (field.type === "blob") throw new ExpressionFault(`${text} holds bytes, which nothing can be made of`, offset)
    this.read.add(field)
    return `d.${quoteName(field.name)}`
  }

  #call(token: Token): string {
    const name = token.text.toLowerCase()
    this.#requireFunctions(`The function ${quoted(token.text)}`, token)
    if (!functionNames.has(name)) {
      throw new ExpressionFault(
        `There is no function ${quoted(token.text)} here`,
        token.offset,
        suggestion(name, [...functionNames]),
      )
    }
    this.#position += 1
    if (this.#take(")")) return `${name}()`
    const values = [this.level(0)]
    while (this.#take(",")) values.push(this.level(0))
    return `${name}${this.#closed(values.join(", "))}`
  }

  #case(token: Token): string {
    this.#requireFunctions("CASE", token)
    const parts: string[] = []
    while (this.#take("WHEN")) {
      const condition = this.level(0)
      this.#require("THEN")
      parts.push(`WHEN ${condition} THEN ${this.level(0)}`)
    }
    if (parts.length === 0) this.#require("WHEN")
    if (this.#take("ELSE")) parts.push(`ELSE ${this.level(0)}`)
    this.#require("END")
    return `(CASE ${parts.join(" ")} END)`
  }

  #requireFunctions(what: string, { offset }: Token): void {
    if (this.#rights === "functions") return
    throw new ExpressionFault(
      `${what} needs "privileged: true" in the function's manifest`,
      offset,
      "Without it there are literals, fields of the document, and operators.",
    )
  }

  #bind(value: StoredValue): string {
    this.values.push(value)
    return "?"
  }

  #closed(inner: string): string {
    this.#require(")")
    return `(${inner})`
  }

  #nested(read: () => string): string {
    this.#depth += 1
    if (this.#depth > depthMax) throw new ExpressionFault("It is nested too deeply", this.#now.offset)
    const sql = read()
    this.#depth -= 1
    return sql
  }

  #require(text: string): void {
    if (!this.#take(text)) throw new ExpressionFault(`${text} is missing`, this.#now.offset)
  }

  #take(text: string): boolean {
    const { kind, text: found } = this.#now
    const isTaken = kind === "sign" ? found === text : kind === "word" && found.toUpperCase() === text
    if (isTaken) this.#position += 1
    return isTaken
  }

  get #now(): Token {
    return this.#tokens[this.#position]!
  }
}

/** Whole numbers are bound as such: 5 / 2 is 2, and 5 / 2.0 is 2.5. */
function numberOf({ text, offset }: Token): StoredValue {
  if (/^\d+$/.test(text) && text.length <= 15) return BigInt(text)
  const value = Number(text)
  if (Number.isFinite(value) && !/^\d+$/.test(text)) return value
  throw new ExpressionFault(`${quoted(text)} is too large a number`, offset)
}
