import { requireCall } from "../host.ts"
import { nameClass } from "./define-global.ts"
import { DOMException } from "./dom-exception.ts"
import { Event, dispatchOf } from "./event.ts"
import { EventTarget, defineHandler } from "./event-target.ts"
import { idlNumber } from "./web-idl.ts"

/** What nobody but this file holds may make a signal, and abort one. */
const ours = Symbol("AbortSignal")

const abortOf = new WeakMap<AbortSignal, (reason: unknown) => void>()

/** The standard's AbortSignal. */
export class AbortSignal extends EventTarget {
  #aborted = false
  #reason: unknown = undefined
  /** Signals of `any` that follow this one. */
  readonly #followers = new Set<AbortSignal>()
  readonly #sources = new Set<AbortSignal>()

  constructor(key?: symbol) {
    if (key !== ours) throw new TypeError("Illegal constructor: make an AbortController, and use its signal.")
    super()
    abortOf.set(this, (reason) => this.#abort(reason))
  }

  static abort(reason?: unknown): AbortSignal {
    const signal = new AbortSignal(ours)
    signal.#aborted = true
    signal.#reason = reason === undefined ? abortError() : reason
    return signal
  }

  static timeout(milliseconds: number): AbortSignal {
    requireCall("AbortSignal.timeout")
    if (!(idlNumber(milliseconds) >= 0)) throw new TypeError("AbortSignal.timeout takes milliseconds, 0 or more.")
    const signal = new AbortSignal(ours)
    setTimer(() => {
      signal.#abort(new DOMException("The operation was aborted due to timeout", "TimeoutError"))
    }, milliseconds)
    return signal
  }

  static any(signals: Iterable<AbortSignal>): AbortSignal {
    const signal = new AbortSignal(ours)
    const all = [...signals]
    for (const one of all) if (!(one instanceof AbortSignal)) throw new TypeError("AbortSignal.any takes AbortSignals.")
    const first = all.find((one) => one.#aborted)
    if (first !== undefined) {
      signal.#aborted = true
      signal.#reason = first.#reason
      return signal
    }
    for (const one of all) {
      const sources = one.#sources.size > 0 ? one.#sources : [one]
      for (const source of sources) {
        signal.#sources.add(source)
        source.#followers.add(signal)
      }
    }
    return signal
  }

  get aborted(): boolean {
    return this.#aborted
  }

  get reason(): unknown {
    return this.#reason
  }

  throwIfAborted(): void {
    if (this.#aborted) throw this.#reason
  }

  #abort(reason: unknown): void {
    if (this.#aborted) return
    this.#aborted = true
    this.#reason = reason === undefined ? abortError() : reason
    const followers = [...this.#followers].filter((signal) => !signal.#aborted)
    this.#followers.clear()
    for (const follower of followers) {
      follower.#aborted = true
      follower.#reason = this.#reason
    }
    for (const signal of [this, ...followers]) signal.#tell()
  }

  #tell(): void {
    const event = new Event("abort")
    dispatchOf(event).isTrusted = true
    this.dispatchEvent(event)
  }
}

nameClass(AbortSignal, "AbortSignal")
defineHandler(AbortSignal, "abort")

/** The standard's AbortController. */
export class AbortController {
  readonly #signal = new AbortSignal(ours)

  get signal(): AbortSignal {
    return this.#signal
  }

  abort(reason?: unknown): void {
    abortOf.get(this.#signal)?.(reason)
  }
}

nameClass(AbortController, "AbortController")

function abortError(): DOMException {
  return new DOMException("This operation was aborted", "AbortError")
}

function setTimer(callback: () => void, milliseconds: number): void {
  const scope = globalThis as unknown as { setTimeout(callback: () => void, milliseconds: number): unknown }
  scope.setTimeout(callback, milliseconds)
}
