import { bytesOf, bufferOf, isBytesLike, joinBytes } from "./bytes-of.ts"
import { nameClass, showMembers } from "./define-global.ts"
import { ReadableStream } from "./readable-stream.ts"
import { decodeText, encodeText } from "./utf8.ts"
import { domString, idlNumber, usvString } from "./web-idl.ts"

const bytesOfBlob = new WeakMap<Blob, Uint8Array>()

/** The bytes of a Blob, not a copy. */
export function blobBytes(blob: Blob): Uint8Array {
  const bytes = bytesOfBlob.get(blob)
  if (bytes === undefined) throw new TypeError("This is not a Blob.")
  return bytes
}

/** The standard's Blob; all of it is in memory. */
export class Blob {
  readonly #type: string

  constructor(
    parts: Iterable<unknown> = [],
    options: { readonly type?: string; readonly endings?: string } | null = {},
  ) {
    if (typeof parts !== "object" || parts === null || typeof parts[Symbol.iterator] !== "function")
      throw new TypeError("A Blob is made of a list of parts.")
    const type = domString(options?.type ?? "")
    this.#type = /[^\x20-\x7E]/.test(type) ? "" : type.toLowerCase()
    const pieces = Array.from(parts, (part) => partBytes(part, options?.endings === "native"))
    bytesOfBlob.set(this, joinBytes(pieces).slice())
  }

  get size(): number {
    return blobBytes(this).length
  }

  get type(): string {
    return this.#type
  }

  slice(start?: number, end?: number, type?: string): Blob {
    const all = blobBytes(this)
    return new Blob([all.slice(start ?? 0, end ?? all.length)], { type: type ?? "" })
  }

  async text(): Promise<string> {
    const text = decodeText(blobBytes(this))
    return text.startsWith("\uFEFF") ? text.slice(1) : text
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return bufferOf(blobBytes(this).slice())
  }

  async bytes(): Promise<Uint8Array> {
    return blobBytes(this).slice()
  }

  stream(): ReadableStream {
    const bytes = blobBytes(this)
    return new ReadableStream({
      type: "bytes",
      start: (controller) => {
        if (bytes.length > 0) controller.enqueue(bytes.slice())
        controller.close()
      },
    })
  }
}

nameClass(Blob, "Blob")
showMembers(Blob, ["size", "type", "slice", "text", "arrayBuffer", "bytes", "stream"])

/** A Blob with a name. */
export class File extends Blob {
  readonly #name: string
  readonly #lastModified: number

  constructor(
    parts: Iterable<unknown>,
    name: string,
    options: { readonly type?: string; readonly endings?: string; readonly lastModified?: number } | null = {},
  ) {
    if (arguments.length < 2) throw new TypeError("A File is made of a list of parts and a name.")
    super(parts, options)
    this.#name = usvString(name)
    this.#lastModified =
      options?.lastModified === undefined ? Date.now() : Math.trunc(idlNumber(options.lastModified)) || 0
  }

  get name(): string {
    return this.#name
  }

  get lastModified(): number {
    return this.#lastModified
  }
}

nameClass(File, "File")
showMembers(File, ["name", "lastModified"])

function partBytes(part: unknown, isNative: boolean): Uint8Array {
  if (part instanceof Blob) return blobBytes(part)
  if (isBytesLike(part)) return bytesOf(part)
  const text = usvString(part)
  return encodeText(isNative ? text.replace(/\r\n?/g, "\n") : text)
}
