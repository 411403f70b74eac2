import { roundMs } from "../../lib/round-ms.ts"
import type { FunctionCalls } from "../../protocol/functions-api.ts"

/** Calls whose durations are kept. */
const durationsMax = 1_000

/** Seconds that calls are counted by. */
const secondsMax = 60

/** How often one function was called, how often that failed, and how long it took. */
export class CallStatistics {
  readonly #durations = new Float64Array(durationsMax)
  readonly #counts = new Uint32Array(secondsMax)
  #total = 0
  #measured = 0
  #failed = 0
  #second = 0

  /** Counts a call that has ended; `atMs` runs steadily. */
  add(call: { readonly durationMs: number; readonly hasFailed: boolean; readonly atMs: number }): void {
    this.#durations[this.#measured % durationsMax] = call.durationMs
    this.#measured += 1
    if (call.hasFailed) this.#failed += 1
    this.#count(call.atMs)
  }

  /** Counts a call that failed without having begun: it took no time. */
  refuse(atMs: number): void {
    this.#failed += 1
    this.#count(atMs)
  }

  read(atMs: number): FunctionCalls {
    this.#advance(atMs)
    const durations = this.#durations.slice(0, Math.min(this.#measured, durationsMax)).toSorted()
    const perSecond = Array.from(
      { length: secondsMax },
      (_, index) => this.#counts[(this.#second + 1 + index) % secondsMax]!,
    )
    return {
      total: this.#total,
      failed: this.#failed,
      p50Ms: percentile(durations, 0.5),
      p99Ms: percentile(durations, 0.99),
      perSecond,
    }
  }

  #count(atMs: number): void {
    this.#total += 1
    this.#advance(atMs)
    const place = this.#second % secondsMax
    this.#counts[place] = this.#counts[place]! + 1
  }

  /** The seconds since the last call had none. */
  #advance(atMs: number): void {
    const second = Math.max(this.#second, Math.floor(atMs / 1_000))
    const passed = Math.min(second - this.#second, secondsMax)
    for (let step = 1; step <= passed; step += 1) this.#counts[(second - passed + step) % secondsMax] = 0
    this.#second = second
  }
}

/** The nearest rank: a value that was measured. */
function percentile(sorted: Float64Array, share: number): number | null {
  if (sorted.length === 0) return null
  return roundMs(sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]!)
}
