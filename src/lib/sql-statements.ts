/** One statement of a script, with its semicolon if it has one. */
export interface SqlStatement {
  readonly sql: string
  /** The line on which it begins, from 1. */
  readonly line: number
}

/**
 * Takes a script apart into statements, as it comes. Semicolons in strings, names and comments end nothing, and those
 * of a trigger only its own END does.
 */
export class SqlStatements {
  #text = ""
  /** Up to here the text has been looked at. */
  #position = 0
  #line = 1
  /** White space and comments at the beginning. */
  #leadingLength = 0
  /** The words at the beginning, which tell a trigger. */
  #words: string[] = []
  /** The last three tokens that are neither white space nor comments. */
  #last = ""
  #beforeLast = ""
  #beforeEnd = ""
  /** A long text that is not complete yet is looked at again only when it has doubled. */
  #lookAgainLength = 0

  /** Takes more of the script; returns the statements that are complete now. */
  push(more: string): SqlStatement[] {
    this.#text += more
    const found: SqlStatement[] = []
    if (this.#text.length < this.#lookAgainLength) return found
    for (;;) {
      const token = this.#next({ isEnd: false })
      if (token === undefined) return found
      if (token === ";" && !this.#isInTrigger()) found.push(...this.#take())
    }
  }

  /** What is left without a semicolon; undefined when nothing but white space and comments is. */
  rest(): SqlStatement | undefined {
    while (this.#next({ isEnd: true }) !== undefined);
    const hasWords = this.#words.length > 0
    const [statement] = this.#take()
    return hasWords ? statement : undefined
  }

  /** Whether a statement has been begun. */
  get isOpen(): boolean {
    return this.#text.trim() !== ""
  }

  /** Moves behind the next token and returns it; undefined when it may not be complete yet. */
  #next({ isEnd }: { readonly isEnd: boolean }): string | undefined {
    const token = tokenAt(this.#text, this.#position)
    if (token === undefined) return undefined
    const mayGoOn = this.#position + token.length === this.#text.length && token !== ";"
    if (!isEnd && (mayGoOn || isUnclosed(token))) {
      this.#lookAgainLength = token.length > longTokenLength ? 2 * this.#text.length : 0
      return undefined
    }
    this.#position += token.length
    if (/^(\s|--|\/\*)/.test(token)) {
      if (this.#last === "") this.#leadingLength = this.#position
      return token
    }
    this.#beforeEnd = this.#beforeLast
    this.#beforeLast = this.#last
    this.#last = /^\w/.test(token) ? token.toUpperCase() : token.charAt(0)
    if (this.#words.length < 3 && token !== ";") this.#words.push(this.#last)
    return token
  }

  /** CREATE [TEMP] TRIGGER … BEGIN …; …; END; */
  #isInTrigger(): boolean {
    const [first, second, third] = this.#words
    const isTrigger =
      first === "CREATE" && (second === "TRIGGER" || ((second ?? "").startsWith("TEMP") && third === "TRIGGER"))
    return isTrigger && !(this.#beforeLast === "END" && this.#beforeEnd === ";")
  }

  #take(): SqlStatement[] {
    const raw = this.#text.slice(0, this.#position)
    const leading = raw.slice(0, this.#leadingLength)
    const statement = { sql: raw.slice(leading.length).trim(), line: this.#line + countLines(leading) }
    this.#line += countLines(raw)
    this.#text = this.#text.slice(this.#position)
    this.#position = 0
    this.#leadingLength = 0
    this.#words = []
    this.#last = ""
    this.#beforeLast = ""
    this.#beforeEnd = ""
    this.#lookAgainLength = 0
    return statement.sql === "" || statement.sql === ";" ? [] : [statement]
  }
}

/** Scanning a token of this length again with every piece that comes would take too long. */
const longTokenLength = 1024 * 1024

/** Names in brackets, comments (closed or not), words, white space, anything else. */
const tokenPattern = /\[[^\]]*\]?|--[^\n]*\n?|\/\*[\s\S]*?(?:\*\/|$)|\w+|\s+|[^]/y

/** The token that begins at a position; undefined at the end. */
function tokenAt(text: string, position: number): string | undefined {
  const first = text.charAt(position)
  if (first === "'" || first === '"' || first === "`") return quotedAt(text, position, first)
  tokenPattern.lastIndex = position
  return tokenPattern.exec(text)?.[0]
}

/** A string or a name in quotes, closed or not. A pattern would need a stack as deep as the text is long. */
function quotedAt(text: string, position: number, quote: string): string {
  for (let from = position + 1; ;) {
    const end = text.indexOf(quote, from)
    if (end === -1) return text.slice(position)
    if (text.charAt(end + 1) !== quote) return text.slice(position, end + 1)
    from = end + 2
  }
}

function isUnclosed(token: string): boolean {
  if (token.startsWith("--")) return !token.endsWith("\n")
  if (token.startsWith("/*")) return token.length < 4 || !token.endsWith("*/")
  return false
}

function countLines(text: string): number {
  let count = 0
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) count += 1
  return count
}

/** Takes a whole script apart. */
export function splitSql(script: string): SqlStatement[] {
  const statements = new SqlStatements()
  const found = statements.push(script)
  const rest = statements.rest()
  return rest === undefined ? found : [...found, rest]
}
