import type { Clock } from "../../lib/clock.ts"
import type { Service } from "../service.ts"

/** How often idleness is looked at. */
const checkMs = 30_000

export interface IdleStopParts {
  readonly clock: Clock
  /** Zero means never. Read at each check, so that the option acts at once. */
  readonly idleTimeoutMs: () => number
  /** True while somebody is attached. */
  readonly isWatched: () => boolean
  /** Grows with every request. */
  readonly requestCount: () => number
  readonly onIdle: () => void
}

/** Ends a detached dev daemon that nobody has used for a while, so that forgotten ones do not gather. */
export class IdleStop implements Service {
  readonly #parts: IdleStopParts
  #timer: NodeJS.Timeout | undefined
  #usedAt: number
  #seenCount = 0

  constructor(parts: IdleStopParts) {
    this.#parts = parts
    this.#usedAt = parts.clock.now()
  }

  start(): Promise<void> {
    this.#timer = setInterval(() => this.check(), checkMs)
    this.#timer.unref()
    return Promise.resolve()
  }

  stop(): Promise<void> {
    clearInterval(this.#timer)
    return Promise.resolve()
  }

  /** Looks once; the timer does it every half minute. */
  check(): void {
    const { clock, idleTimeoutMs, isWatched, requestCount, onIdle } = this.#parts
    const count = requestCount()
    if (isWatched() || count !== this.#seenCount) {
      this.#seenCount = count
      this.#usedAt = clock.now()
      return
    }
    const timeout = idleTimeoutMs()
    if (timeout > 0 && clock.now() - this.#usedAt >= timeout) onIdle()
  }
}
