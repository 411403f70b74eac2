import { nameClass } from "./define-global.ts"
import { encodeText } from "./utf8.ts"

/** The standard's TextEncoder. */
export class TextEncoder {
  get encoding(): string {
    return "utf-8"
  }

  encode(input: unknown = ""): Uint8Array {
    return encodeText(String(input))
  }

  /** Writes as many whole characters as fit. */
  encodeInto(source: unknown, destination: Uint8Array): { read: number; written: number } {
    if (!(destination instanceof Uint8Array)) throw new TypeError("encodeInto writes into a Uint8Array.")
    const text = String(source)
    const all = encodeText(text)
    if (all.length <= destination.length) {
      destination.set(all)
      return { read: text.length, written: all.length }
    }
    let read = 0
    let written = 0
    for (const character of text) {
      const code = character.codePointAt(0) ?? 0
      const size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
      if (written + size > destination.length) break
      read += character.length
      written += size
    }
    destination.set(all.subarray(0, written))
    return { read, written }
  }
}

nameClass(TextEncoder, "TextEncoder")
