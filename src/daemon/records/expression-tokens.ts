/** A piece of an expression. */
export interface Token {
  readonly kind: "number" | "text" | "word" | "name" | "sign" | "end"
  /** Without quotes; words as written. */
  readonly text: string
  /** Where it begins, from 0. */
  readonly offset: number
}

/** Where an expression cannot be read, and why. */
export class ExpressionFault extends Error {
  readonly offset: number
  readonly next: string | undefined

  constructor(message: string, offset: number, next?: string) {
    super(message)
    this.offset = offset
    this.next = next
  }
}

/** Sticky, tried in this order. */
const patterns: readonly (readonly [Token["kind"], RegExp])[] = [
  ["number", /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y],
  ["text", /'(?:[^']|'')*'/y],
  ["name", /"(?:[^"]|"")*"/y],
  ["word", /[A-Za-z_]\w*/y],
  ["sign", /\|\||==|!=|<>|<=|>=|[-+*/%=<>(),]/y],
]

/** Takes an expression apart; the last token is its end. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  let offset = skipSpace(text, 0)
  while (offset < text.length) {
    const token = tokenAt(text, offset)
    tokens.push(token.unquoted)
    offset = skipSpace(text, offset + token.length)
  }
  tokens.push({ kind: "end", text: "", offset: text.length })
  return tokens
}

function tokenAt(text: string, offset: number): { readonly unquoted: Token; readonly length: number } {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = offset
    const found = pattern.exec(text)?.[0]
    if (found === undefined) continue
    return { unquoted: { kind, text: unquoted(kind, found), offset }, length: found.length }
  }
  const letter = text[offset]!
  if (letter === "'" || letter === '"') throw new ExpressionFault(`A ${letter} opens here that is never closed`, offset)
  if (letter === "?" || letter === ":" || letter === "$" || letter === "@") {
    throw new ExpressionFault(`${letter} stands for a value that nobody gives`, offset, "Write the value itself.")
  }
  throw new ExpressionFault(`"${letter}" means nothing here`, offset)
}

function unquoted(kind: Token["kind"], found: string): string {
  if (kind === "text") return found.slice(1, -1).replaceAll("''", "'")
  if (kind === "name") return found.slice(1, -1).replaceAll('""', '"')
  return found
}

function skipSpace(text: string, offset: number): number {
  let end = offset
  while (end < text.length && /\s/.test(text[end]!)) end += 1
  return end
}
