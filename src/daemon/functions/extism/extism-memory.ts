import type { CallContext } from "@extism/extism"

/** What is reckoned for a block besides its bytes, and for the place of one that was freed. */
const blockBytes = 256
const placeBytes = 16

/**
 * Bounds what one call takes of Extism's memory, which lies outside the guest's own: as much as the guest's memory may be. Blocks
 * that the guest freed are counted until the bound is reached; then all are counted anew.
 */
export class ExtismMemory {
  readonly #bytesMax: number
  #bytes = 0
  #lastIndex = 0
  #hasRefused = false

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  /** A new call begins: Extism has let go of all blocks. */
  reset(): void {
    this.#bytes = 0
    this.#lastIndex = 0
    this.#hasRefused = false
  }

  /** Whether the call was given less than it wanted. */
  get hasRefused(): boolean {
    return this.#hasRefused
  }

  /** The offset of a new block, or 0 where there is no room, as plug-ins expect it. */
  alloc(context: CallContext, length: bigint): bigint {
    if (length < 0n || length > BigInt(this.#bytesMax)) return this.#refuse()
    const bytes = Number(length) + blockBytes
    if (this.#bytes + bytes > this.#bytesMax) this.#recount(context)
    if (this.#bytes + bytes > this.#bytesMax) return this.#refuse()
    this.#bytes += bytes
    const offset = context.alloc(length)
    this.#lastIndex = Number(offset >> 48n)
    return offset
  }

  #refuse(): bigint {
    this.#hasRefused = true
    return 0n
  }

  #recount(context: CallContext): void {
    this.#bytes = this.#lastIndex * placeBytes
    for (let index = 1; index <= this.#lastIndex; index += 1) {
      const length = Number(context.length(BigInt(index) << 48n))
      if (length > 0) this.#bytes += length + blockBytes
    }
  }
}

/** Gives a block back that the guest has handed over. Extism offers it to guests alone, under a symbol. */
export function freeBlock(context: CallContext, offset: bigint): void {
  const env = Object.getOwnPropertySymbols(context).find(({ description }) => description === "env")
  const functions = env === undefined ? undefined : (context as unknown as Record<symbol, FreeFunction>)[env]
  functions?.free(offset)
}

interface FreeFunction {
  free(offset: bigint): void
}
