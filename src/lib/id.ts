import { randomFillSync } from "node:crypto"

/** Random bytes are drawn for this many ids at a time: one call of the system costs more than the bytes. */
const idsPerDraw = 256

const randomBytesPerId = 8

/**
 * Makes UUIDs of version 7 (RFC 9562): they begin with the time, so that their order is the order in which they were
 * made. Within a millisecond a counter keeps them ascending; 62 bits stay random.
 */
export class IdSource {
  readonly #random = new Uint8Array(idsPerDraw * randomBytesPerId)
  #position = this.#random.length
  #lastMs = 0
  #counter = 0

  /** Makes an id for a time in milliseconds since the epoch. */
  next(nowMs: number): string {
    this.#advance(nowMs)
    if (this.#position === this.#random.length) {
      randomFillSync(this.#random)
      this.#position = 0
    }
    const bytes = this.#random
    const start = this.#position
    this.#position += randomBytesPerId
    const time = this.#lastMs.toString(16).padStart(12, "0")
    const counter = this.#counter.toString(16).padStart(3, "0")
    let tail = hexPairs[(bytes[start]! & 0x3f) | 0x80]! + hexPairs[bytes[start + 1]!]! + "-"
    for (let index = start + 2; index < start + randomBytesPerId; index += 1) tail += hexPairs[bytes[index]!]!
    return `${time.slice(0, 8)}-${time.slice(8)}-7${counter}-${tail}`
  }

  /** A clock that stands still or goes back moves the counter, and a full counter borrows the next millisecond. */
  #advance(nowMs: number): void {
    if (nowMs > this.#lastMs) {
      this.#lastMs = nowMs
      this.#counter = 0
    } else if (this.#counter < 0xf_ff) this.#counter += 1
    else {
      this.#lastMs += 1
      this.#counter = 0
    }
  }
}

const hexPairs = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"))
