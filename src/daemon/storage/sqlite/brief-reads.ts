import { BoundedCache } from "../../../lib/bounded-cache.ts"
import { valueKey } from "../../../lib/value-key.ts"
import type { ReadName } from "../database.ts"

/** How long a read may hold the main thread. */
export interface BriefReadLimits {
  /** A read that has held it for longer is given up. */
  readonly trialMsMax: number
  /** The same for a text that was given up lately, whatever its values: a burst of slow reads costs little. */
  readonly suspectTrialMsMax: number
}

/** Where a read that is given up goes on in another process. */
const defaultLimits: BriefReadLimits = { trialMsMax: 3, suspectTrialMsMax: 0.5 }

const suspectMsMax = 10_000

/** A read that was this quick is not watched the next time. */
const quickMsMax = 1

/** How long it is taken for quick: data grows. */
const quickAgeMsMax = 5_000

/** A row may hold a megabyte to search, so the clock is looked at often; that costs 40 ns. */
const stepsPerLook = 4

/** What is known of one text. */
interface History {
  readonly id: number
  suspectUntilMs: number
}

class TooLong extends Error {}

/**
 * Gives up reads that hold the main thread for too long. node:sqlite has no way to interrupt a query, but a function
 * that throws ends one: a statement that may look at many rows calls it for each. Watching costs 5 µs and 0.1 µs a row, so
 * it is left out for a while when the same text with the same values was quick.
 */
export class BriefReads {
  readonly #limits: BriefReadLimits
  readonly #histories = new BoundedCache<History>({ sizeMax: 512, keyLengthMax: 20_000 })
  /** By the number of the text and the values: until when they are taken for quick. */
  readonly #quick = new BoundedCache<number>({ sizeMax: 8_192, keyLengthMax: 500 })
  #textCount = 0
  #endsAtMs = Number.POSITIVE_INFINITY
  #stepCount = 0

  constructor(limits: BriefReadLimits = defaultLimits) {
    this.#limits = limits
  }

  /** The SQL function `alyx_step()`: true, or the end of a read that took too long. */
  readonly step = (): number => {
    this.#stepCount += 1
    if (this.#stepCount % stepsPerLook === 0 && performance.now() > this.#endsAtMs) throw new TooLong()
    return 1
  }

  /** Returns what the work gives, or undefined when it was given up. */
  run<T>(name: ReadName, work: (isWatched: boolean) => T): T | undefined {
    const history = this.#histories.get(name.text, () => ({ id: (this.#textCount += 1), suspectUntilMs: 0 }))
    const key = history.id + JSON.stringify(name.values.map(nameOf))
    const startedAtMs = performance.now()
    if ((this.#quick.peek(key) ?? 0) > startedAtMs) return work(false)
    const { trialMsMax, suspectTrialMsMax } = this.#limits
    this.#endsAtMs = startedAtMs + (history.suspectUntilMs > startedAtMs ? suspectTrialMsMax : trialMsMax)
    try {
      const result = work(true)
      const endedAtMs = performance.now()
      if (endedAtMs - startedAtMs < quickMsMax) this.#quick.set(key, endedAtMs + quickAgeMsMax)
      return result
    } catch (error) {
      if (!(error instanceof TooLong)) throw error
      history.suspectUntilMs = startedAtMs + suspectMsMax
      return undefined
    } finally {
      this.#endsAtMs = Number.POSITIVE_INFINITY
    }
  }
}

/** Names may hold words besides values of SQL. */
function nameOf(value: unknown): unknown {
  return typeof value === "boolean" ? { is: value } : valueKey(value)
}
