/** Where JSON text stops being JSON. Offset, line and column count UTF-16 code units; the latter two begin at 1. */
export interface JsonFault {
  readonly offset: number
  readonly line: number
  readonly column: number
  /** Completes "expected …". */
  readonly expected: string
}

/**
 * Finds the first fault of text that JSON.parse refused; null when there is none. JSON.parse itself names the place only
 * sometimes, and in words that change with V8. It runs only on refused bodies, keeps its own stack, and is linear.
 */
export function findJsonFault(text: string): JsonFault | null {
  const scanner = new Scanner(text)
  const expected = scanner.scan()
  return expected === null ? null : { ...position(text, scanner.at), expected }
}

/** True when arrays and objects stand in each other deeper than the limit. Brackets in strings do not count. */
export function isNestedDeeperThan(bytes: Uint8Array, depthMax: number): boolean {
  let depth = 0
  let inString = false
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index]!
    if (inString) {
      if (byte === code.backslash) index += 1
      else if (byte === code.quote) inString = false
    } else if (byte === code.quote) inString = true
    else if (byte === code.openArray || byte === code.openObject) {
      depth += 1
      if (depth > depthMax) return true
    } else if (byte === code.closeArray || byte === code.closeObject) depth -= 1
  }
  return false
}

const code = {
  quote: 0x22,
  comma: 0x2c,
  colon: 0x3a,
  openArray: 0x5b,
  backslash: 0x5c,
  closeArray: 0x5d,
  openObject: 0x7b,
  closeObject: 0x7d,
} as const

/** Literals and numbers; sticky, so that each match begins where the scanner stands. */
const scalar = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])/y
const whiteSpace = /[ \t\n\r]*/y
// oxlint-disable-next-line no-control-regex -- JSON forbids exactly these in strings
const plainCharacters = /[^"\\\u0000-\u001f]*/y
const escape = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y

/** A pass over JSON text. Each method returns what was expected where `at` stands, or null when it went well. */
class Scanner {
  readonly #text: string
  /** The brackets that are open. */
  readonly #open: number[] = []
  at = 0

  constructor(text: string) {
    this.#text = text
  }

  scan(): string | null {
    for (;;) {
      const fault = this.#value()
      if (fault !== null) return fault
      // After a value come closing brackets, then a comma and the next value, or the end.
      for (;;) {
        const next = this.#next()
        const open = this.#open.at(-1)
        if (open === undefined) return Number.isNaN(next) ? null : "the end of the body"
        const closing = open === code.openArray ? code.closeArray : code.closeObject
        if (next === closing) {
          this.#open.pop()
          this.at += 1
          continue
        }
        if (next !== code.comma) return `"," or "${String.fromCharCode(closing)}"`
        this.at += 1
        const key = open === code.openObject ? this.#key() : null
        if (key !== null) return key
        break
      }
    }
  }

  /** Walks into a value up to its first scalar, empty array or empty object. */
  #value(): string | null {
    for (;;) {
      const next = this.#next()
      if (next === code.openArray || next === code.openObject) {
        this.#open.push(next)
        this.at += 1
        const inside = this.#next()
        if (inside === (next === code.openArray ? code.closeArray : code.closeObject)) {
          this.#open.pop()
          this.at += 1
          return null
        }
        const key = next === code.openObject ? this.#key() : null
        if (key !== null) return key
        continue
      }
      if (next === code.quote) return this.#string()
      return this.#skip(scalar) ? null : "a value"
    }
  }

  #key(): string | null {
    if (this.#next() !== code.quote) return "a name in double quotes"
    const fault = this.#string()
    if (fault !== null) return fault
    if (this.#next() !== code.colon) return '":"'
    this.at += 1
    return null
  }

  #string(): string | null {
    this.at += 1
    for (;;) {
      this.#skip(plainCharacters)
      const next = this.#text.charCodeAt(this.at)
      if (next === code.quote) {
        this.at += 1
        return null
      }
      if (Number.isNaN(next)) return "the end of the string"
      if (next !== code.backslash) return "an escape such as \\n in place of a control character"
      if (!this.#skip(escape)) return 'an escape such as \\n, \\" or \\u00e9'
    }
  }

  /** The character after white space; NaN at the end. */
  #next(): number {
    this.#skip(whiteSpace)
    return this.#text.charCodeAt(this.at)
  }

  #skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.at
    if (!pattern.test(this.#text)) return false
    this.at = pattern.lastIndex
    return true
  }
}

function position(text: string, offset: number): { offset: number; line: number; column: number } {
  let line = 1
  let lineStart = 0
  for (let feed = text.indexOf("\n"); feed !== -1 && feed < offset; feed = text.indexOf("\n", feed + 1)) {
    line += 1
    lineStart = feed + 1
  }
  return { offset, line, column: offset - lineStart + 1 }
}

/** Whether a text is one JSON value. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
