/** Builds that run at a time; each has a thread or a command of its own. */
const runningMax = 2

interface Turn {
  readonly controller: AbortController
  done: Promise<unknown>
}

/** Gives builds their turns: two at a time, of one function one after the other, and only the newest of those that wait. */
export class BuildTurns {
  readonly #newest = new Map<string, Turn>()
  readonly #waiting: (() => void)[] = []
  #runningCount = 0

  /** Runs the work when it is its turn; the signal aborts when the same name is asked for again. */
  run<T>(name: string, work: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
    const before = this.#newest.get(name)
    before?.controller.abort()
    const controller = new AbortController()
    const done = this.#afterwards(before?.done, controller.signal, work)
    const turn: Turn = { controller, done }
    this.#newest.set(name, turn)
    const forget = (): void => {
      if (this.#newest.get(name) === turn) this.#newest.delete(name)
    }
    done.then(forget, forget)
    return done
  }

  /** Resolves when nothing runs or waits under a name. */
  async settled(name: string): Promise<void> {
    for (let turn = this.#newest.get(name); turn !== undefined; turn = this.#newest.get(name)) {
      await turn.done.catch(() => undefined)
    }
  }

  /** Ends what runs or waits under a name. */
  cancel(name: string): void {
    this.#newest.get(name)?.controller.abort()
  }

  /** Ends everything. */
  stop(): void {
    for (const { controller } of this.#newest.values()) controller.abort()
  }

  async idle(): Promise<void> {
    await Promise.allSettled(Array.from(this.#newest.values(), ({ done }) => done))
  }

  async #afterwards<T>(
    before: Promise<unknown> | undefined,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T | undefined> {
    await before?.catch(() => undefined)
    if (signal.aborted) return undefined
    if (this.#runningCount >= runningMax) await new Promise<void>((resolve) => void this.#waiting.push(resolve))
    else this.#runningCount += 1
    try {
      return signal.aborted ? undefined : await work(signal)
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#runningCount -= 1
      else next()
    }
  }
}
