import type { CallContext } from "@extism/extism"

/** What is reckoned for a block besides its bytes. */
const blockBytes = 256

/**
 * Bounds what one call takes of Extism's memory, which lies outside the guest's own: as much as the guest's memory may be. Blocks
 * that the guest freed are counted until the bound is reached; then all are counted anew.
 */
export class ExtismMemory {
  readonly #bytesMax: number
  #bytes = 0
  #lastIndex = 0

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  /** A new call begins: Extism has let go of all blocks. */
  reset(): void {
    this.#bytes = 0
    this.#lastIndex = 0
  }

  /** The offset of a new block, or 0 where there is no room, as plug-ins expect it. */
  alloc(context: CallContext, length: bigint): bigint {
    if (length < 0n || length > BigInt(this.#bytesMax)) return 0n
    const bytes = Number(length) + blockBytes
    if (this.#bytes + bytes > this.#bytesMax) this.#recount(context)
    if (this.#bytes + bytes > this.#bytesMax) return 0n
    this.#bytes += bytes
    const offset = context.alloc(length)
    this.#lastIndex = Number(offset >> 48n)
    return offset
  }

  #recount(context: CallContext): void {
    this.#bytes = this.#lastIndex * blockBytes
    for (let index = 1; index <= this.#lastIndex; index += 1) {
      this.#bytes += Number(context.length(BigInt(index) << 48n))
    }
  }
}
