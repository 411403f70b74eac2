import { AsyncResource } from "node:async_hooks"

import { RecentMaximum } from "../../lib/recent-maximum.ts"

/** What failed, such as while tables are changed, is tried again after this. */
export const retryMs = 200

/** What a turn leaves. */
export interface TurnEnd {
  readonly isDone: boolean
  /** Whether something failed that is to be tried again. */
  readonly needsRetry: boolean
}

/** What LiveTurns needs. */
export interface LiveTurnsOptions {
  /** False when nobody follows anything. */
  readonly isWanted: () => boolean
  /** Works for some milliseconds. */
  readonly work: () => TurnEnd
  readonly beforeRetry: () => void
  readonly onWarning: (error: unknown) => void
}

/** When there is work: turn after turn, with requests answered in between, until nothing is left. */
export class LiveTurns {
  readonly #options: LiveTurnsOptions
  readonly #slowestMs = new RecentMaximum()
  #turn: NodeJS.Immediate | undefined
  #retry: NodeJS.Timeout | undefined
  /** When the first of the turns began that lead to where nothing is left. */
  #beganMs: number | null = null
  /** Statements of a turn belong to no request, though one woke it. */
  readonly #runApart = AsyncResource.bind(() => this.#run())

  constructor(options: LiveTurnsOptions) {
    this.#options = options
  }

  /** How long the slowest work of the last minute took from its first turn to its last. */
  get slowestMs(): number {
    return this.#slowestMs.value
  }

  wake(): void {
    if (!this.#options.isWanted()) return
    this.#turn ??= setImmediate(() => {
      this.#turn = undefined
      this.#runApart()
    })
  }

  rest(): void {
    clearImmediate(this.#turn)
    clearTimeout(this.#retry)
    this.#turn = undefined
    this.#retry = undefined
    this.#beganMs = null
  }

  #run(): void {
    this.#beganMs ??= performance.now()
    try {
      const { isDone, needsRetry } = this.#options.work()
      if (needsRetry) this.#retryLater()
      if (isDone) this.#done()
      else this.wake()
    } catch (error) {
      this.#options.onWarning(error)
      this.#retryLater()
    }
  }

  #done(): void {
    if (this.#beganMs !== null) this.#slowestMs.add(performance.now() - this.#beganMs)
    this.#beganMs = null
  }

  #retryLater(): void {
    this.#retry ??= setTimeout(() => {
      this.#retry = undefined
      this.#options.beforeRetry()
      this.wake()
    }, retryMs).unref()
  }
}
