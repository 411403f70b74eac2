/** How finely the past is kept: what is told covers between five and six of these. */
const partMs = 10_000
const partCount = 6

/** The largest number of about the last minute; whoever asks changes nothing for others who ask. */
export class RecentMaximum {
  readonly #nowMs: () => number
  /** By the number of the ten seconds, oldest first. */
  readonly #parts = new Map<number, number>()

  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs
  }

  add(value: number): void {
    const part = this.#forgetOld()
    this.#parts.set(part, Math.max(this.#parts.get(part) ?? 0, value))
  }

  /** 0 where nothing was added lately. */
  get value(): number {
    this.#forgetOld()
    return Math.max(0, ...this.#parts.values())
  }

  #forgetOld(): number {
    const now = Math.floor(this.#nowMs() / partMs)
    for (const part of this.#parts.keys()) if (part <= now - partCount) this.#parts.delete(part)
    return now
  }
}
