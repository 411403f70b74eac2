import { failureOf } from "./host-error.ts"

/** Promises that a call waits for after its handler has answered. */
class KeptAlive {
  #open = 0
  /** Grows with every call, so that what an earlier call left behind is not counted. */
  #call = 0

  get open(): number {
    return this.#open
  }

  beginCall(): void {
    this.#call += 1
    this.#open = 0
  }

  add(promise: unknown, report: (message: string) => void): void {
    const call = this.#call
    const settled = (): void => {
      if (call === this.#call) this.#open -= 1
    }
    this.#open += 1
    void Promise.resolve(promise).then(settled, (error: unknown) => {
      settled()
      const { name, message } = failureOf(error)
      report(`A promise given to waitUntil was rejected: ${name}: ${message}`)
    })
  }
}

export const keptAlive = new KeptAlive()
