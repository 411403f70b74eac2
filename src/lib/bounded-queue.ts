/**
 * A first-in, first-out queue that never holds more than `sizeMax` items. At the limit the oldest item makes room, and
 * is handed back so that its loss can be counted. Both ends are O(1): it is a ring.
 */
export class BoundedQueue<T> {
  readonly #items: (T | undefined)[]
  readonly #sizeMax: number
  #first = 0
  #size = 0

  constructor(sizeMax: number) {
    if (!Number.isInteger(sizeMax) || sizeMax < 1) throw new RangeError("A queue holds at least one item.")
    this.#sizeMax = sizeMax
    this.#items = []
  }

  get size(): number {
    return this.#size
  }

  /** Adds an item at the end; returns the oldest one when it had to go, else undefined. */
  push(item: T): T | undefined {
    const lost = this.#size === this.#sizeMax ? this.shift() : undefined
    this.#items[(this.#first + this.#size) % this.#sizeMax] = item
    this.#size += 1
    return lost
  }

  /** Puts back an item that was taken, as the oldest; returns whether there was room. */
  unshift(item: T): boolean {
    if (this.#size === this.#sizeMax) return false
    this.#first = (this.#first + this.#sizeMax - 1) % this.#sizeMax
    this.#items[this.#first] = item
    this.#size += 1
    return true
  }

  /** Takes the oldest item; undefined when there is none. */
  shift(): T | undefined {
    if (this.#size === 0) return undefined
    const item = this.#items[this.#first]
    this.#items[this.#first] = undefined
    this.#first = (this.#first + 1) % this.#sizeMax
    this.#size -= 1
    return item
  }
}
