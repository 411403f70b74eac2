import { idlNumber } from "./web-idl.ts"

/** How much a stream may hold before it asks its source to wait. */
export interface QueuingStrategy {
  readonly highWaterMark?: number
  readonly size?: (chunk: unknown) => number
}

/** Chunks with their sizes, measured as a strategy says. */
export class StreamQueue {
  readonly highWaterMark: number
  readonly #sizeOf: (chunk: unknown) => number
  readonly #chunks: { readonly chunk: unknown; readonly size: number }[] = []
  #size = 0

  constructor(strategy: QueuingStrategy | null | undefined, highWaterMark: number) {
    this.highWaterMark = readHighWaterMark(strategy?.highWaterMark, highWaterMark)
    const size = strategy?.size
    this.#sizeOf = size === undefined ? () => 1 : (chunk) => size(chunk)
  }

  get length(): number {
    return this.#chunks.length
  }

  get desiredSize(): number {
    return this.highWaterMark - this.#size
  }

  push(chunk: unknown): void {
    const size = idlNumber(this.#sizeOf(chunk))
    if (!(size >= 0) || size === Infinity) throw new RangeError("A chunk's size is a number from 0.")
    this.#chunks.push({ chunk, size })
    this.#size += size
  }

  shift(): unknown {
    const first = this.#chunks.shift()
    this.#size = this.#chunks.length === 0 ? 0 : this.#size - (first?.size ?? 0)
    return first?.chunk
  }

  clear(): void {
    this.#chunks.length = 0
    this.#size = 0
  }
}

function readHighWaterMark(given: unknown, otherwise: number): number {
  if (given === undefined) return otherwise
  const value = Number(given)
  if (!(value >= 0)) throw new RangeError("highWaterMark is a number from 0.")
  return value
}

/** A strategy that counts chunks. */
export class CountQueuingStrategy {
  readonly highWaterMark: number

  constructor(init: { readonly highWaterMark: number }) {
    this.highWaterMark = idlNumber(init.highWaterMark)
  }

  get size(): (chunk: unknown) => number {
    return () => 1
  }
}

/** A strategy that counts bytes. */
export class ByteLengthQueuingStrategy {
  readonly highWaterMark: number

  constructor(init: { readonly highWaterMark: number }) {
    this.highWaterMark = idlNumber(init.highWaterMark)
  }

  get size(): (chunk: unknown) => number {
    return (chunk) => (chunk as { byteLength: number }).byteLength
  }
}
