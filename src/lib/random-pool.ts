import { randomFillSync } from "node:crypto"

/** Random bytes that are drawn ahead: one call of the system costs more than the bytes. Each is given once, and then forgotten. */
export class RandomPool {
  readonly #bytes: Uint8Array
  #position: number

  constructor(bytesDrawn = 8_192) {
    this.#bytes = new Uint8Array(bytesDrawn)
    this.#position = bytesDrawn
  }

  /** Fills all of it with them; what is larger than the pool is drawn by itself. */
  draw<Bytes extends Uint8Array>(target: Bytes): Bytes {
    const { length } = target
    if (length > this.#bytes.length) return randomFillSync(target)
    if (this.#position + length > this.#bytes.length) {
      randomFillSync(this.#bytes)
      this.#position = 0
    }
    const end = this.#position + length
    target.set(this.#bytes.subarray(this.#position, end))
    this.#bytes.fill(0, this.#position, end)
    this.#position = end
    return target
  }
}
