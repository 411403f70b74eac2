/** Runs pieces of asynchronous work one after the other, in the order in which they were asked for. */
export class Mutex {
  #tail: Promise<unknown> = Promise.resolve()

  /** Resolves or rejects as the work does; a failure does not stop those who wait behind. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(work)
    this.#tail = result.catch(() => undefined)
    return result
  }
}
