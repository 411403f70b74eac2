import type { Logger } from "../../lib/logger.ts"
import type { Service } from "../service.ts"
import type { Database } from "../storage/database.ts"

/** How often the database is looked at. */
const checkMs = 5_000

export interface DatabaseWatchParts {
  readonly database: Pick<Database, "fault">
  readonly logger: Pick<Logger, "error" | "info">
}

/** Says aloud when the database can no longer be written safely, also when nobody asks for anything. */
export class DatabaseWatch implements Service {
  readonly #parts: DatabaseWatchParts
  #timer: NodeJS.Timeout | undefined
  #isFaulty = false

  constructor(parts: DatabaseWatchParts) {
    this.#parts = parts
  }

  start(): Promise<void> {
    this.#timer = setInterval(() => this.check(), checkMs)
    this.#timer.unref()
    return Promise.resolve()
  }

  stop(): Promise<void> {
    clearInterval(this.#timer)
    return Promise.resolve()
  }

  /** Looks once; the timer does it every 5 seconds. */
  check(): void {
    const { database, logger } = this.#parts
    const fault = database.fault()
    if (fault !== undefined && !this.#isFaulty) logger.error(`${fault.message} ${fault.next ?? ""}`.trim())
    if (fault === undefined && this.#isFaulty) logger.info("The database is in its place again.")
    this.#isFaulty = fault !== undefined
  }
}
