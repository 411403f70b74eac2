/** Lets so many pieces of work run at a time; the others wait for their turn, first come, first served. */
export class Slots {
  #free: number
  readonly #waiting: (() => void)[] = []

  constructor(count: number) {
    this.#free = count
  }

  /** Runs work when there is room; rejects with the signal's reason when that comes before the turn. */
  async run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    await this.#take(signal)
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#free += 1
      else next()
    }
  }

  #take(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(signal.reason as Error)
    if (this.#free > 0) {
      this.#free -= 1
      return Promise.resolve()
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const go = (): void => {
      signal.removeEventListener("abort", leave)
      resolve()
    }
    const leave = (): void => {
      this.#waiting.splice(this.#waiting.indexOf(go), 1)
      reject(signal.reason as Error)
    }
    this.#waiting.push(go)
    signal.addEventListener("abort", leave, { once: true })
    return promise
  }
}
