import { type BytesLike, bytesOf, isBytesLike, joinBytes } from "./bytes-of.ts"
import { nameClass } from "./define-global.ts"
import { decodeStrictly, decodeText, incompleteTail } from "./utf8.ts"
import { decodeWindows1252 } from "./windows-1252.ts"

type Encoding = "utf-8" | "windows-1252" | "utf-16le" | "utf-16be"

/** Labels of the Encoding Standard for what is decoded here. */
const labels: Record<Encoding, string> = {
  "utf-8": "unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf-8 utf8 x-unicode20utf8",
  "windows-1252":
    "ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 iso88591 iso_8859-1 iso_8859-1:1987 l1 latin1 us-ascii windows-1252 x-cp1252",
  "utf-16le": "csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16 utf-16le",
  "utf-16be": "unicodefffe utf-16be",
}

const encodingOf = new Map(
  Object.entries(labels).flatMap(([encoding, names]) =>
    names.split(" ").map((name) => [name, encoding as Encoding] as const),
  ),
)

const noBytes = new Uint8Array(0)

/** The standard's TextDecoder for UTF-8, UTF-16 and Latin-1; any other label is a RangeError. */
export class TextDecoder {
  readonly #encoding: Encoding
  readonly #fatal: boolean
  readonly #ignoreBOM: boolean
  /** Bytes of a character that is not complete yet. */
  #pending: Uint8Array = noBytes
  #isPastStart = false
  #isStreaming = false

  constructor(label: unknown = "utf-8", options: { fatal?: boolean; ignoreBOM?: boolean } | null = {}) {
    const encoding = encodingOf.get(
      String(label)
        .replace(/^[\t\n\f\r ]+|[\t\n\f\r ]+$/g, "")
        .toLowerCase(),
    )
    if (encoding === undefined)
      throw new RangeError(
        `The encoding "${String(label)}" is not known here: utf-8, utf-16le, utf-16be and windows-1252 (latin1) are.`,
      )
    this.#encoding = encoding
    this.#fatal = Boolean(options?.fatal)
    this.#ignoreBOM = Boolean(options?.ignoreBOM)
  }

  get encoding(): string {
    return this.#encoding
  }

  get fatal(): boolean {
    return this.#fatal
  }

  get ignoreBOM(): boolean {
    return this.#ignoreBOM
  }

  decode(input?: BytesLike, options?: { stream?: boolean } | null): string {
    if (input !== undefined && !isBytesLike(input))
      throw new TypeError("TextDecoder.decode takes an ArrayBuffer or a view of one.")
    if (!this.#isStreaming) {
      this.#pending = noBytes
      this.#isPastStart = false
    }
    this.#isStreaming = Boolean(options?.stream)
    const bytes = input === undefined ? noBytes : bytesOf(input)
    const all = this.#pending.length === 0 ? bytes : joinBytes([this.#pending, bytes])
    const kept = this.#isStreaming ? this.#incomplete(all) : 0
    this.#pending = kept === 0 ? noBytes : all.slice(all.length - kept)
    return this.#withoutMark(this.#decodeWhole(kept === 0 ? all : all.subarray(0, all.length - kept)))
  }

  #incomplete(bytes: Uint8Array): number {
    if (this.#encoding === "windows-1252") return 0
    return this.#encoding === "utf-8" ? incompleteTail(bytes) : incompleteUnits(bytes, this.#encoding)
  }

  #decodeWhole(bytes: Uint8Array): string {
    if (this.#encoding === "windows-1252") return decodeWindows1252(bytes)
    if (this.#encoding === "utf-8") {
      const text = this.#fatal ? decodeStrictly(bytes) : decodeText(bytes)
      if (text === null) this.#refuse()
      return text
    }
    const units = decodeUtf16(bytes, this.#encoding)
    if (this.#fatal && (bytes.length % 2 === 1 || !units.isWellFormed())) this.#refuse()
    return units.toWellFormed() + (bytes.length % 2 === 1 ? "\uFFFD" : "")
  }

  #refuse(): never {
    this.#isStreaming = false
    const error = new TypeError(`The encoded data was not valid for encoding ${this.#encoding}`)
    throw Object.assign(error, { code: "ERR_ENCODING_INVALID_ENCODED_DATA" })
  }

  #withoutMark(text: string): string {
    if (text === "" || this.#isPastStart) return text
    this.#isPastStart = true
    const hasMark = this.#encoding !== "windows-1252" && !this.#ignoreBOM && text.startsWith("\uFEFF")
    return hasMark ? text.slice(1) : text
  }
}

nameClass(TextDecoder, "TextDecoder")

/** A first half of a pair, and half a unit, wait for what follows. */
function incompleteUnits(bytes: Uint8Array, encoding: "utf-16le" | "utf-16be"): number {
  const odd = bytes.length % 2
  const high = bytes[bytes.length - odd - (encoding === "utf-16le" ? 1 : 2)]
  return high !== undefined && bytes.length - odd >= 2 && (high & 0xfc) === 0xd8 ? odd + 2 : odd
}

function decodeUtf16(bytes: Uint8Array, encoding: "utf-16le" | "utf-16be"): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const parts: string[] = []
  const end = bytes.length - (bytes.length % 2)
  for (let start = 0; start < end; start += 2048) {
    const codes: number[] = []
    for (let at = start; at < Math.min(end, start + 2048); at += 2)
      codes.push(view.getUint16(at, encoding === "utf-16le"))
    parts.push(String.fromCharCode(...codes))
  }
  return parts.join("")
}
