import type { ThreadState } from "./thread-state.ts"

/**
 * Lets the code of one call run at a time, until it waits or ends. With JSPI, guests go on in microtasks after a promise
 * resolves: two that resolve in one turn would run one after the other, and nobody could say which. So each has a turn of the event
 * loop to itself, and the number of the call that runs stands in memory that the main thread reads.
 */
export class Turns {
  readonly #state: ThreadState
  readonly #waiting: { readonly number: number; readonly begin: () => void }[] = []
  #isTaken = false

  constructor(state: ThreadState) {
    this.#state = state
  }

  /** Calls `begin` when the thread is free for the call: now, or in a later turn. */
  take(number: number, begin: () => void): void {
    if (this.#isTaken) this.#waiting.push({ number, begin })
    else this.#give({ number, begin })
  }

  #give({ number, begin }: { readonly number: number; readonly begin: () => void }): void {
    this.#isTaken = true
    this.#state.setRunning(number)
    // The microtasks that `begin` makes are done when this comes.
    setImmediate(() => this.#release())
    begin()
  }

  #release(): void {
    this.#isTaken = false
    this.#state.setRunning(0)
    const next = this.#waiting.shift()
    if (next !== undefined) this.#give(next)
  }
}
