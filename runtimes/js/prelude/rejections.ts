/** An error that nobody took. */
export interface Untaken {
  readonly kind: "Unhandled rejection" | "Uncaught error"
  readonly reason: unknown
}

/** Promises that were rejected while nobody listened, and what callbacks threw. */
class Rejections {
  readonly #byPromise = new Map<object, Untaken>()

  beginCall(): void {
    this.#byPromise.clear()
  }

  /** As the engine tells it: again with `isHandled` when somebody came to listen. */
  note(promise: object, reason: unknown, isHandled: boolean): void {
    if (isHandled) this.#byPromise.delete(promise)
    else this.#byPromise.set(promise, { kind: "Unhandled rejection", reason })
  }

  /** A timer or a microtask threw. */
  noteUncaught(reason: unknown): void {
    this.#byPromise.set({}, { kind: "Uncaught error", reason })
  }

  /** Those that nobody took until all jobs were done; each is told once. */
  take(): Untaken[] {
    const untaken = [...this.#byPromise.values()]
    this.#byPromise.clear()
    return untaken
  }
}

export const rejections = new Rejections()
