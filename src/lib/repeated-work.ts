/** What RepeatedWork does, and how often. */
export interface RepeatedWorkOptions {
  readonly pauseMs: number
  /** One turn. What it does in several steps ends between two of them once `isStopped()`. */
  readonly work: (isStopped: () => boolean) => Promise<void>
  /** Called with what a turn failed with; the next one tries again. */
  readonly onWarning: (error: unknown) => void
}

/** Does something again and again in the background, one turn at a time. It keeps no process alive. */
export class RepeatedWork {
  readonly #options: RepeatedWorkOptions
  #timer: NodeJS.Timeout | undefined
  #underWay: Promise<void> = Promise.resolve()
  #isStopped = false

  constructor(options: RepeatedWorkOptions) {
    this.#options = options
  }

  /** The first turn comes after a pause. */
  async start(): Promise<void> {
    this.#timer = setInterval(() => {
      this.#underWay = this.#underWay.then(() => this.#turn())
    }, this.#options.pauseMs)
    this.#timer.unref()
  }

  /** Resolves when the turn that is under way has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true
    clearInterval(this.#timer)
    await this.#underWay
  }

  async #turn(): Promise<void> {
    try {
      await this.#options.work(() => this.#isStopped)
    } catch (error) {
      this.#options.onWarning(error)
    }
  }
}
