import type { Clock } from "../../lib/clock.ts"
import type { Service } from "../service.ts"
import type { Database } from "./database.ts"
import { pruneChanges, pruneCountMax } from "./prune-changes.ts"
import type { ChangeLimits } from "./prune-changes.ts"

/** How often the log is looked at; between two looks it may grow over its limits by what is written meanwhile. */
const pauseMs = 10_000

/** What ChangePruner needs. */
export interface ChangePrunerOptions {
  readonly database: Database
  readonly clock: Clock
  /** Read at each look, so that a changed limit acts at the next one. */
  readonly limits: () => ChangeLimits
  /** Called with what went wrong; the next look tries again. */
  readonly onWarning: (error: unknown) => void
}

/** Keeps the change log within its limits, a thousand rows a write. */
export class ChangePruner implements Service {
  readonly #options: ChangePrunerOptions
  #timer: NodeJS.Timeout | undefined
  #underWay: Promise<void> = Promise.resolve()
  #stopped = false

  constructor(options: ChangePrunerOptions) {
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
    const { database, clock, limits, onWarning } = this.#options
    try {
      let count = pruneCountMax
      while (count === pruneCountMax && !this.#stopped) count = await pruneChanges(database, clock, limits())
    } catch (error) {
      onWarning(error)
    }
  }
}
