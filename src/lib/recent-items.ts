/** What a RecentItems may hold. */
export interface RecentItemsLimits {
  readonly countMax: number
  /** Of the sizes that the items are added with; the newest item stays even when it alone is larger. */
  readonly bytesMax: number
}

/** Keeps the newest items, at most so many and so many bytes of them: older ones make room. Adding is O(1): it is a ring. */
export class RecentItems<T> {
  readonly #limits: RecentItemsLimits
  readonly #items: (T | undefined)[] = []
  readonly #sizes: number[] = []
  #first = 0
  #count = 0
  #bytes = 0

  constructor(limits: RecentItemsLimits) {
    if (!Number.isInteger(limits.countMax) || limits.countMax < 1) throw new RangeError("At least one item is kept.")
    this.#limits = limits
  }

  get count(): number {
    return this.#count
  }

  get bytes(): number {
    return this.#bytes
  }

  add(item: T, bytes: number): void {
    const { countMax, bytesMax } = this.#limits
    while (this.#count > 0 && (this.#count === countMax || this.#bytes + bytes > bytesMax)) this.#forgetOldest()
    const place = (this.#first + this.#count) % countMax
    this.#items[place] = item
    this.#sizes[place] = bytes
    this.#count += 1
    this.#bytes += bytes
  }

  /** The newest items, oldest of them first; fewer when there are fewer. */
  newest(count: number): T[] {
    const length = Math.max(0, Math.min(count, this.#count))
    return Array.from({ length }, (_, index) => this.#at(this.#count - length + index))
  }

  /** The newest item that satisfies the test. */
  findNewest(test: (item: T) => boolean): T | undefined {
    for (let index = this.#count - 1; index >= 0; index -= 1) {
      const item = this.#at(index)
      if (test(item)) return item
    }
    return undefined
  }

  #at(index: number): T {
    return this.#items[(this.#first + index) % this.#limits.countMax] as T
  }

  #forgetOldest(): void {
    this.#items[this.#first] = undefined
    this.#bytes -= this.#sizes[this.#first]!
    this.#first = (this.#first + 1) % this.#limits.countMax
    this.#count -= 1
  }
}
