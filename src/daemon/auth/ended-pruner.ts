import type { Clock } from "../../lib/clock.ts"
import type { Service } from "../service.ts"
import type { Database } from "../storage/database.ts"
import { pruneEnded } from "./prune-ended.ts"

/** How often it is looked; what has expired counts for nothing before it is deleted too. */
const pauseMs = 60_000

/** What EndedPruner needs. */
export interface EndedPrunerOptions {
  readonly database: Database
  readonly clock: Clock
  /** Called with what went wrong; the next look tries again. */
  readonly onWarning: (error: unknown) => void
}

/** Deletes sessions, refresh tokens and codes that have expired, a few hundred a write. */
export class EndedPruner implements Service {
  readonly #options: EndedPrunerOptions
  #timer: NodeJS.Timeout | undefined
  #underWay: Promise<void> = Promise.resolve()
  #stopped = false

  constructor(options: EndedPrunerOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    this.#timer = setInterval(() => {
      this.#underWay = this.#underWay.then(() => this.#prune())
    }, pauseMs)
    this.#timer.unref()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearInterval(this.#timer)
    await this.#underWay
  }

  async #prune(): Promise<void> {
    try {
      while (!this.#stopped && (await pruneEnded(this.#options)));
    } catch (error) {
      this.#options.onWarning(error)
    }
  }
}
