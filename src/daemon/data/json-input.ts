import { isUtf8 } from "node:buffer"

import { invalidDump } from "./invalid-dump.ts"
import type { DumpPlace } from "./invalid-dump.ts"
import type { ProcessInput } from "./process-streams.ts"

/** A longer value is no document, and no head of a dump: the largest document has 72 MB. */
const valueBytesMax = 100 * 1024 * 1024

const code = {
  tab: 9,
  newLine: 10,
  carriageReturn: 13,
  space: 32,
  quote: 34,
  comma: 44,
  colon: 58,
  openList: 91,
  backslash: 92,
  closeList: 93,
  openObject: 123,
  closeObject: 125,
} as const

/** Reads one large JSON text from front to back: objects and lists member by member, values as a whole. */
export class JsonInput {
  readonly #input: Pick<ProcessInput, "next">
  readonly #name: string
  #chunk: Buffer = Buffer.alloc(0)
  #position = 0
  #line = 1
  #isAtEnd = false
  #isFirst = true

  constructor(input: Pick<ProcessInput, "next">, name: string) {
    this.#input = input
    this.#name = name
  }

  /** Where the reading is now. */
  get place(): DumpPlace {
    return { name: this.#name, line: this.#line }
  }

  /** Reads an object; `read` reads the value of each member. */
  members(read: (name: string) => void): void {
    this.#take(code.openObject, "{")
    if (this.#peek() === code.closeObject) return this.#skip()
    for (;;) {
      if (this.#peek() !== code.quote) throw this.fault("a name in quotes")
      const name = this.value() as string
      this.#take(code.colon, ":")
      this.#peek()
      read(name)
      if (this.#peek() !== code.comma) break
      this.#skip()
    }
    this.#take(code.closeObject, ", or }")
  }

  /** Reads a list; `read` reads each of its elements. */
  elements(read: () => void): void {
    this.#take(code.openList, "[")
    if (this.#peek() === code.closeList) return this.#skip()
    for (;;) {
      this.#peek()
      read()
      if (this.#peek() !== code.comma) break
      this.#skip()
    }
    this.#take(code.closeList, ", or ]")
  }

  /** Reads a value of any kind. */
  value(): unknown {
    this.#peek()
    const { place } = this
    const bytes = this.#valueBytes()
    if (!isUtf8(bytes)) throw invalidDump(place, "The text is not valid UTF-8.")
    try {
      return JSON.parse(bytes.toString("utf8"))
    } catch (error) {
      throw invalidDump(place, `The JSON is not valid: ${(error as Error).message}.`, error)
    }
  }

  end(): void {
    if (this.#peek() !== null) throw this.fault("the end of the file")
  }

  fault(expected: string): Error {
    const found = this.#peek()
    const there = found === null ? "the file ends" : `there is ${JSON.stringify(String.fromCharCode(found))}`
    return invalidDump(this.place, `The JSON is not valid: ${there} where ${expected} was expected.`)
  }

  /** The bytes up to the end of a value: outside of strings the brackets are counted. */
  #valueBytes(): Buffer {
    const parts: Buffer[] = []
    let length = 0
    let depth = 0
    let isInString = false
    let isEscaped = false
    for (;;) {
      if (this.#position === this.#chunk.length && !this.#more()) break
      const start = this.#position
      const chunk = this.#chunk
      let isDone = false
      while (this.#position < chunk.length && !isDone) {
        const byte = chunk[this.#position]!
        if (isInString) {
          if (isEscaped) isEscaped = false
          else if (byte === code.backslash) isEscaped = true
          else if (byte === code.quote) isInString = false
          isDone = !isInString && depth === 0
        } else if (byte === code.quote) isInString = true
        else if (byte === code.openObject || byte === code.openList) depth += 1
        else if (byte === code.closeObject || byte === code.closeList) {
          // The end of what surrounds a number.
          if (depth === 0) break
          depth -= 1
          isDone = depth === 0
        } else if (depth === 0 && (byte === code.comma || isSpace(byte))) break
        if (byte === code.newLine) this.#line += 1
        this.#position += 1
      }
      parts.push(Buffer.from(chunk.subarray(start, this.#position)))
      length += this.#position - start
      if (length > valueBytesMax) throw invalidDump(this.place, "The value is longer than 100 MB.")
      if (isDone || this.#position < chunk.length) break
    }
    return Buffer.concat(parts)
  }

  /** The next byte that is no white space, which is not taken; null at the end. */
  #peek(): number | null {
    for (;;) {
      if (this.#position === this.#chunk.length && !this.#more()) return null
      const byte = this.#chunk[this.#position]!
      if (!isSpace(byte)) return byte
      if (byte === code.newLine) this.#line += 1
      this.#position += 1
    }
  }

  #skip(): void {
    this.#position += 1
  }

  #take(byte: number, expected: string): void {
    if (this.#peek() !== byte) throw this.fault(expected)
    this.#position += 1
  }

  #more(): boolean {
    if (this.#isAtEnd) return false
    const chunk = this.#input.next()
    this.#isAtEnd = chunk === null
    if (chunk === null) return false
    const hasMark = this.#isFirst && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf
    this.#isFirst = false
    this.#chunk = chunk
    this.#position = hasMark ? 3 : 0
    return this.#position < chunk.length || this.#more()
  }
}

function isSpace(byte: number): boolean {
  return byte === code.space || byte === code.newLine || byte === code.carriageReturn || byte === code.tab
}
