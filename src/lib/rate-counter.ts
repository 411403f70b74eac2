import type { Clock } from "./clock.ts"
import type { Rate } from "./units.ts"

/** What a RateCounter counts by. */
export interface RateCounterOptions {
  readonly clock: Clock
  /** Read at every use, so that a changed rate acts at once; null counts nothing and allows everything. */
  readonly rate: () => Rate | null
  /** Keys that are counted at once. At the limit the one that began longest ago is forgotten and begins anew. */
  readonly keysMax: number
}

/** What became of one try. */
export interface RateVerdict {
  readonly isAllowed: boolean
  /** Whole seconds until the next try is allowed; 0 where this one was. */
  readonly retryAfterSeconds: number
  /** Tries that are left in the window. */
  readonly remaining: number
}

/** The tries of one key since its window began. */
interface Window {
  startMs: number
  count: number
}

const allowed: RateVerdict = Object.freeze({
  isAllowed: true,
  retryAfterSeconds: 0,
  remaining: Number.POSITIVE_INFINITY,
})

/**
 * Counts tries by key. A key's window begins with its first try and lasts as long as the rate says; tries above the
 * rate's count are refused until it ends, and refused ones count for nothing. Memory is bounded by `keysMax`.
 */
export class RateCounter {
  readonly #clock: Clock
  readonly #rate: () => Rate | null
  readonly #keysMax: number
  /** In the order in which the windows began: the first is always the one that ends first, while the rate is the same. */
  readonly #windows = new Map<string, Window>()
  /** Where the search for the oldest window stands: from the beginning it would pass all that were deleted, each time. */
  #order = this.#windows.entries()
  #oldest: readonly [key: string, window: Window] | undefined

  constructor({ clock, rate, keysMax }: RateCounterOptions) {
    this.#clock = clock
    this.#rate = rate
    this.#keysMax = Math.max(1, keysMax)
  }

  /** Keys that are held now. */
  get size(): number {
    return this.#windows.size
  }

  /** Counts a try if it is allowed, and says whether it is. */
  take(key: string): RateVerdict {
    const verdict = this.check(key)
    if (!verdict.isAllowed) return verdict
    this.count(key)
    return { ...verdict, remaining: verdict.remaining - 1 }
  }

  /** Says whether a try would be allowed now, and counts nothing. */
  check(key: string): RateVerdict {
    const rate = this.#rate()
    if (rate === null) return allowed
    const window = this.#open(key, rate)
    const remaining = rate.count - (window?.count ?? 0)
    if (remaining > 0 || window === undefined) return { isAllowed: true, retryAfterSeconds: 0, remaining }
    const leftMs = window.startMs + rate.windowMs - this.#clock.now()
    return { isAllowed: false, retryAfterSeconds: Math.max(1, Math.ceil(leftMs / 1_000)), remaining: 0 }
  }

  /** Counts a try without asking, such as one that has failed. */
  count(key: string): void {
    const rate = this.#rate()
    if (rate === null) return
    const window = this.#open(key, rate)
    if (window !== undefined) {
      window.count += 1
      return
    }
    this.#makeRoom(rate)
    this.#windows.set(key, { startMs: this.#clock.now(), count: 1 })
  }

  /** Takes a try back, such as one that succeeded where only failures count. */
  giveBack(key: string): void {
    const window = this.#windows.get(key)
    if (window !== undefined && window.count > 0) window.count -= 1
  }

  /** Begins a key anew. */
  forget(key: string): void {
    this.#windows.delete(key)
  }

  /** The window of a key, if it has not ended; a clock that was set back ends it too. */
  #open(key: string, { windowMs }: Rate): Window | undefined {
    const window = this.#windows.get(key)
    if (window === undefined) return undefined
    const age = this.#clock.now() - window.startMs
    if (age >= 0 && age < windowMs) return window
    this.#windows.delete(key)
    return undefined
  }

  /** Ended windows go first: two a new key, so that they never pile up; then, at the limit, the oldest. */
  #makeRoom({ windowMs }: Rate): void {
    const endedBefore = this.#clock.now() - windowMs
    for (let looked = 0; looked < 2; looked += 1) {
      const oldest = this.#findOldest()
      if (oldest === undefined) return
      const [key, { startMs }] = oldest
      if (startMs > endedBefore && this.#windows.size < this.#keysMax) return
      this.#windows.delete(key)
    }
  }

  #findOldest(): readonly [key: string, window: Window] | undefined {
    while (this.#oldest === undefined || this.#windows.get(this.#oldest[0]) !== this.#oldest[1]) {
      let next = this.#order.next()
      if (next.done === true) {
        this.#order = this.#windows.entries()
        next = this.#order.next()
      }
      if (next.done === true) return undefined
      this.#oldest = next.value
    }
    return this.#oldest
  }
}
