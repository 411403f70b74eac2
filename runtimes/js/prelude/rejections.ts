/** Promises that were rejected while nobody listened. */
class Rejections {
  readonly #byPromise = new Map<object, unknown>()

  beginCall(): void {
    this.#byPromise.clear()
  }

  /** As the engine tells it: again with `isHandled` when somebody came to listen. */
  note(promise: object, reason: unknown, isHandled: boolean): void {
    if (isHandled) this.#byPromise.delete(promise)
    else this.#byPromise.set(promise, reason)
  }

  /** Those that nobody listened to until all jobs were done; each is told once. */
  take(): unknown[] {
    const reasons = [...this.#byPromise.values()]
    this.#byPromise.clear()
    return reasons
  }
}

export const rejections = new Rejections()
