import { alyxError } from "../../errors.ts"
import type { DataProcess } from "./data-processes.ts"

/** How long a query may take when nothing else is asked for, and how long at most. */
export const queryMsDefault = 10_000
export const queryMsMax = 60 * 60_000

/** Ends a query that takes too long. The time in which its client takes no rows does not count. */
export class QueryDeadline {
  readonly #process: DataProcess
  readonly #timeoutMs: number
  #leftMs: number
  #sinceMs = 0
  #timer: NodeJS.Timeout | undefined

  constructor(process: DataProcess, timeoutMs: number) {
    this.#process = process
    this.#timeoutMs = timeoutMs
    this.#leftMs = timeoutMs
    this.run()
    void process.ended.catch(() => undefined).finally(() => this.pause())
  }

  run(): void {
    if (this.#timer !== undefined) return
    this.#sinceMs = performance.now()
    this.#timer = setTimeout(() => this.#process.kill(this.#tooLong()), Math.max(1, this.#leftMs))
  }

  pause(): void {
    if (this.#timer === undefined) return
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#leftMs -= performance.now() - this.#sinceMs
  }

  #tooLong(): Error {
    return alyxError("QUERY_TIMEOUT", {
      message: `The query took longer than ${this.#timeoutMs / 1_000} s and was ended; nothing was written.`,
      next: "Let it read less, by an index or a LIMIT (EXPLAIN QUERY PLAN says what it does), or give it longer: --timeout 60s.",
      retryAfterSeconds: 10,
    })
  }
}
