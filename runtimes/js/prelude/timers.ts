import { requireCall } from "./build-time.ts"
import { natives } from "./natives.ts"
import { operations } from "./operations.ts"
import { rejections } from "./rejections.ts"

interface Timer {
  readonly id: number
  readonly run: () => void
  readonly intervalMs: number | null
  dueMs: number
}

/** As in browsers and in Node: more is taken for 1. */
const delayMsMax = 2_147_483_647

/**
 * The timers of the present call. One `sleep` is under way for the earliest; a host without Alyx has none, and the plug-in
 * looks at the clock until the time has come.
 */
class Timers {
  readonly #byId = new Map<number, Timer>()
  #lastId = 0
  #sleep: { readonly operation: number; readonly untilMs: number } | null = null

  get openCount(): number {
    return this.#byId.size
  }

  beginCall(): void {
    this.#byId.clear()
    this.#sleep = null
  }

  add(run: () => void, delayMs: number, repeats: boolean): number {
    return this.#add(run, natives.monotonicMs() + delayMs, repeats ? delayMs : null)
  }

  /** Comes before all that wait for a time. */
  addImmediate(run: () => void): number {
    return this.#add(run, 0, null)
  }

  remove(id: number): void {
    this.#byId.delete(id)
  }

  /** Runs the timer that is due for longest; false when none is. Its promises go on before the next runs. */
  runDue(): boolean {
    const timer = this.#earliest()
    if (timer === null || timer.dueMs > natives.monotonicMs()) return false
    if (timer.intervalMs === null) this.#byId.delete(timer.id)
    else timer.dueMs = natives.monotonicMs() + timer.intervalMs
    try {
      timer.run()
    } catch (error) {
      rejections.noteUncaught(error)
    }
    return true
  }

  /** Sees to it that the host wakes the call when the earliest timer is due. */
  prepareToWait(): void {
    const timer = this.#earliest()
    if (this.#sleep !== null) {
      if (timer !== null && timer.dueMs >= this.#sleep.untilMs) return
      operations.cancel(this.#sleep.operation)
      this.#sleep = null
    }
    if (timer === null) return
    const ms = Math.max(0, timer.dueMs - natives.monotonicMs())
    const operation = operations.sleep(ms, () => {
      if (this.#sleep?.operation === operation) this.#sleep = null
    })
    this.#sleep = { operation, untilMs: timer.dueMs }
  }

  /** For a host without Alyx. */
  spinUntilDue(): void {
    const dueMs = this.#earliest()?.dueMs ?? 0
    while (natives.monotonicMs() < dueMs);
  }

  #add(run: () => void, dueMs: number, intervalMs: number | null): number {
    this.#lastId += 1
    this.#byId.set(this.#lastId, { id: this.#lastId, run, intervalMs, dueMs })
    return this.#lastId
  }

  #earliest(): Timer | null {
    let earliest: Timer | null = null
    for (const timer of this.#byId.values()) if (earliest === null || timer.dueMs < earliest.dueMs) earliest = timer
    return earliest
  }
}

export const timers = new Timers()

/** Puts setTimeout and the others into the global scope. */
export function installTimers(): void {
  define("setTimeout", (callback: unknown, delay?: unknown, ...args: unknown[]) =>
    timers.add(task("setTimeout", callback, args), delayOf(delay), false),
  )
  define("setInterval", (callback: unknown, delay?: unknown, ...args: unknown[]) =>
    timers.add(task("setInterval", callback, args), delayOf(delay), true),
  )
  define("setImmediate", (callback: unknown, ...args: unknown[]) =>
    timers.addImmediate(task("setImmediate", callback, args)),
  )
  for (const name of ["clearTimeout", "clearInterval", "clearImmediate"])
    define(name, (id: unknown) => {
      timers.remove(Number(id))
    })
}

function define(name: string, value: (...args: never[]) => unknown): void {
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: true })
}

function task(name: string, callback: unknown, args: unknown[]): () => void {
  requireCall(`${name}()`)
  if (typeof callback !== "function") throw new TypeError(`${name} takes a function, not ${typeof callback}.`)
  return () => {
    Reflect.apply(callback, undefined, args)
  }
}

/** At least 1, as in Node. */
function delayOf(delay: unknown): number {
  const ms = Number(delay)
  return ms >= 1 && ms <= delayMsMax ? Math.trunc(ms) : 1
}
