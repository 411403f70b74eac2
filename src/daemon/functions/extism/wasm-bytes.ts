/** One section of a module, as it lies in the bytes. */
export interface WasmSection {
  readonly id: number
  readonly content: Uint8Array<ArrayBuffer>
}

/** Reads what the binary format of WebAssembly is made of. Anything that does not fit throws a RangeError. */
export class WasmReader {
  readonly #bytes: Uint8Array<ArrayBuffer>
  #at = 0

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.#bytes = bytes
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length
  }

  byte(): number {
    const value = this.#bytes[this.#at]
    if (value === undefined) throw new RangeError("The module ends in the middle of something.")
    this.#at += 1
    return value
  }

  /** An unsigned number in LEB128, at most 2^53. */
  number(): number {
    let value = 0
    for (let shift = 0; shift <= 63; shift += 7) {
      const byte = this.byte()
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
    throw new RangeError("A number of the module is too long.")
  }

  bytes(length: number): Uint8Array<ArrayBuffer> {
    if (this.#at + length > this.#bytes.length) throw new RangeError("The module ends in the middle of something.")
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  text(): string {
    return new TextDecoder("utf-8", { fatal: true }).decode(this.bytes(this.number()))
  }
}

/** Writes what WasmReader reads. */
export class WasmWriter {
  readonly #parts: number[] = []

  byte(value: number): this {
    this.#parts.push(value)
    return this
  }

  number(value: number): this {
    let rest = value
    while (rest >= 0x80) {
      this.#parts.push((rest % 0x80) | 0x80)
      rest = Math.floor(rest / 0x80)
    }
    this.#parts.push(rest)
    return this
  }

  bytes(values: Uint8Array): this {
    for (const value of values) this.#parts.push(value)
    return this
  }

  text(value: string): this {
    const bytes = new TextEncoder().encode(value)
    return this.number(bytes.length).bytes(bytes)
  }

  finish(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#parts)
  }
}

const headerLength = 8

/** Takes a module apart. */
export function readSections(wasm: Uint8Array<ArrayBuffer>): WasmSection[] {
  const reader = new WasmReader(wasm.subarray(headerLength))
  const sections: WasmSection[] = []
  while (!reader.isAtEnd) {
    const id = reader.byte()
    sections.push({ id, content: reader.bytes(reader.number()) })
  }
  return sections
}

/** Puts a module together. */
export function writeSections(wasm: Uint8Array, sections: readonly WasmSection[]): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [wasm.subarray(0, headerLength)]
  for (const { id, content } of sections) {
    parts.push(new WasmWriter().byte(id).number(content.length).finish(), content)
  }
  return new Uint8Array(Buffer.concat(parts))
}
