/**
 * Runs one piece of work at a time and, of all that is asked for meanwhile, only the newest.
 *
 * The work gets `isCurrent`, which turns false as soon as something newer was asked for: work that can be overtaken
 * checks it after every await and gives up when it is false.
 */
export class LatestOnly<Input> {
  readonly #work: (input: Input, isCurrent: () => boolean) => Promise<void>
  #generation = 0
  #waiting: { readonly input: Input } | undefined
  #running: Promise<void> | undefined

  constructor(work: (input: Input, isCurrent: () => boolean) => Promise<void>) {
    this.#work = work
  }

  /** Asks for a run; replaces one that has not begun. The work must not throw. */
  push(input: Input): void {
    this.#generation += 1
    this.#waiting = { input }
    this.#running ??= this.#drain()
  }

  /** Resolves when nothing runs or waits. */
  async idle(): Promise<void> {
    await this.#running
  }

  /** Forgets what waits and tells what runs that it is overtaken; resolves when it has ended. */
  async stop(): Promise<void> {
    this.#generation += 1
    this.#waiting = undefined
    await this.#running
  }

  async #drain(): Promise<void> {
    // The first run starts in a later microtask, so that several pushes of one turn make one run.
    await Promise.resolve()
    while (this.#waiting !== undefined) {
      const { input } = this.#waiting
      this.#waiting = undefined
      const generation = this.#generation
      await this.#work(input, () => generation === this.#generation)
    }
    this.#running = undefined
  }
}
