/** What an allowance is measured by. */
export interface AllowanceLimits {
  readonly messagesPerSecond: number
  readonly messagesAtOnce: number
  readonly messagesOverMax: number
}

/**
 * How many messages a client may send: a token bucket. What is refused costs as much as what is taken, so that a client
 * that never pauses goes ever further into debt, and is told apart from one that had a busy moment.
 */
export class MessageAllowance {
  readonly #limits: AllowanceLimits
  #left: number
  #countedAtMs: number

  constructor(limits: AllowanceLimits, nowMs: number) {
    this.#limits = limits
    this.#left = limits.messagesAtOnce
    this.#countedAtMs = nowMs
  }

  /** Counts one message, and says what becomes of it. */
  take(nowMs: number): "taken" | "refused" | "too far" {
    const { messagesPerSecond, messagesAtOnce, messagesOverMax } = this.#limits
    const earned = (Math.max(0, nowMs - this.#countedAtMs) / 1_000) * messagesPerSecond
    this.#left = Math.min(messagesAtOnce, this.#left + earned) - 1
    this.#countedAtMs = nowMs
    if (this.#left >= 0) return "taken"
    return this.#left < -messagesOverMax ? "too far" : "refused"
  }

  /** Seconds until the next message is taken, at least one. */
  get waitSeconds(): number {
    return Math.max(1, Math.ceil((1 - this.#left) / this.#limits.messagesPerSecond))
  }
}
