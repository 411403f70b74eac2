import { alyxError } from "../../errors.ts"
import type { NoPlace } from "./runtime.ts"

/** What a call that waits for its turn says of itself. */
export interface QueuedCall<T> {
  readonly name: string
  /** 0 for what nobody's function called. Deeper calls go first, and one more of them may run for each step. */
  readonly depth: number
  /** Calls of the function that run at a time. */
  readonly concurrencyMax: number
  /** Calls of the function that wait at a time. */
  readonly waitingMax: number
  readonly waitMs: number
  readonly signal: AbortSignal | undefined
  /** Takes what the call needs, or says that it is not to be had now. An error is the call's end. */
  readonly tryStart: () => T | NoPlace
}

/** Seconds after which a caller who was refused may well try again. */
const retryAfterSeconds = 1

interface Waiting {
  readonly call: QueuedCall<unknown>
  /** Whether it is done with: it started, or never will. */
  start(): boolean
}

/**
 * Lets calls start, as many of a function as may and as there is room for. Those who wait are served in turns, one of each function, so that
 * a function that is called much keeps no other one waiting.
 */
export class CallQueue {
  readonly #running = new Map<string, number>()
  readonly #waiting = new Map<string, Waiting[]>()
  /** How those who wait are told that they wait in vain. */
  readonly #refusals = new Map<Waiting, (error: Error) => void>()
  /** Functions whose next call is kept back by others that are about to begin, and by no limit. */
  readonly #soon = new Set<string>()
  readonly #idle: (() => void)[] = []
  #isPumping = false
  #waitingCount = 0
  #closed: Error | null = null

  get waitingCount(): number {
    return this.#waitingCount
  }

  get runningCount(): number {
    return [...this.#running.values()].reduce((sum, count) => sum + count, 0)
  }

  /** Resolves with what `tryStart` took. `leave` has to be called when the call has ended. Rejects with FUNCTION_BUSY, or what the signal says. */
  enter<T>(call: QueuedCall<T>): Promise<T> {
    if (this.#closed !== null) return Promise.reject(this.#closed)
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const start = (): boolean => {
      if (!this.#mayRun(call)) return false
      try {
        const taken = call.tryStart()
        if (taken === "soon") this.#soon.add(call.name)
        else this.#soon.delete(call.name)
        if (taken === "none" || taken === "soon") return false
        this.#running.set(call.name, (this.#running.get(call.name) ?? 0) + 1)
        resolve(taken)
      } catch (error) {
        reject(error)
      }
      return true
    }
    const [first] = this.#waiting.get(call.name) ?? []
    if ((first === undefined || first.call.depth < call.depth) && start()) return promise
    if ((this.#waiting.get(call.name)?.length ?? 0) >= this.#waitingMax(call)) return Promise.reject(busy(call.name))
    this.#wait({ call, start }, promise, reject)
    return promise
  }

  /** A call has ended. */
  leave(name: string): void {
    const count = this.#running.get(name)! - 1
    if (count === 0) this.#running.delete(name)
    else this.#running.set(name, count)
    if (this.#running.size === 0) for (const told of this.#idle.splice(0)) told()
    this.pump()
  }

  /** Starts what can be started. */
  pump(): void {
    if (this.#isPumping || this.#waitingCount === 0) return
    this.#isPumping = true
    try {
      while (this.#startOneOfEach());
    } finally {
      this.#isPumping = false
    }
  }

  /** Nobody starts any more; those who wait are told why. */
  close(error: Error): void {
    this.#closed = error
    for (const refuse of this.#refusals.values()) refuse(error)
  }

  /** Resolves when nothing runs, or after so long. */
  async idle(waitMs: number): Promise<void> {
    if (this.#running.size === 0) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#idle.push(resolve)
    const timer = setTimeout(resolve, waitMs)
    await promise
    clearTimeout(timer)
  }

  #mayRun({ name, concurrencyMax, depth }: QueuedCall<unknown>): boolean {
    return (this.#running.get(name) ?? 0) < concurrencyMax + depth
  }

  /** Those that might run, and are only kept back so that they need less, are not among those that wait. */
  #waitingMax({ name, concurrencyMax, waitingMax }: QueuedCall<unknown>): number {
    return this.#soon.has(name) ? waitingMax + concurrencyMax - (this.#running.get(name) ?? 0) : waitingMax
  }

  /** Puts it into its function's line, before the calls that are less deep. */
  #wait(waiting: Waiting, started: Promise<unknown>, reject: (error: Error) => void): void {
    const { call } = waiting
    const line = this.#waiting.get(call.name) ?? []
    const place = line.findIndex((one) => one.call.depth < call.depth)
    line.splice(place === -1 ? line.length : place, 0, waiting)
    this.#waiting.set(call.name, line)
    this.#waitingCount += 1
    const refuse = (error: Error): void => {
      this.#remove(waiting)
      reject(error)
    }
    this.#refusals.set(waiting, refuse)
    const timer = setTimeout(() => refuse(busy(call.name)), call.waitMs)
    const abort = (): void => refuse(alyxError("ABORTED", { message: "Whoever called has left." }))
    call.signal?.addEventListener("abort", abort, { once: true })
    const forget = (): void => {
      clearTimeout(timer)
      call.signal?.removeEventListener("abort", abort)
    }
    started.then(forget, forget)
  }

  #remove(waiting: Waiting): void {
    const { name } = waiting.call
    this.#refusals.delete(waiting)
    const line = this.#waiting.get(name)
    const place = line?.indexOf(waiting) ?? -1
    if (line === undefined || place === -1) return
    line.splice(place, 1)
    this.#waitingCount -= 1
    if (line.length === 0) this.#waiting.delete(name)
  }

  /** The function that got its turn goes to the end of the round. */
  #startOneOfEach(): boolean {
    let hasStarted = false
    for (const [name, line] of Array.from(this.#waiting)) {
      const [first] = line
      if (first === undefined || !first.start()) continue
      hasStarted = true
      this.#remove(first)
      const rest = this.#waiting.get(name)
      if (rest === undefined) continue
      this.#waiting.delete(name)
      this.#waiting.set(name, rest)
    }
    return hasStarted
  }
}

function busy(name: string): Error {
  return alyxError("FUNCTION_BUSY", {
    message: `As many calls of ${name} wait as may.`,
    next: "Try again in a moment; max_concurrency in its manifest and functions.queue_max say how many run and wait.",
    retryAfterSeconds,
  })
}
