import { type Deferred, deferred } from "./deferred.ts"
import type { ReadResult, ReadableStreamDefaultController, UnderlyingSource } from "./readable-core.ts"

interface Reader {
  read(): Promise<ReadResult>
  cancel(reason: unknown): Promise<void>
}

/** Two streams of what one reader reads; it reads on when one of them asks, and is cancelled when both are. */
export class StreamBranches {
  readonly #reader: Reader
  readonly #open = new Set<ReadableStreamDefaultController>()
  readonly #reasons: unknown[] = []
  readonly #cancelled: Deferred<void> = deferred()
  #reading: Promise<void> | null = null

  constructor(reader: Reader) {
    this.#reader = reader
  }

  /** What one of the two is made of. */
  source(): UnderlyingSource {
    const held: { own: ReadableStreamDefaultController | null } = { own: null }
    return {
      start: (controller) => {
        held.own = controller
        this.#open.add(controller)
      },
      pull: () => (this.#reading ??= this.#readOnce()),
      cancel: (reason) => {
        if (held.own !== null) this.#open.delete(held.own)
        this.#reasons.push(reason)
        if (this.#reasons.length === 2) void this.#cancel()
        return this.#cancelled.promise
      },
    }
  }

  async #readOnce(): Promise<void> {
    try {
      const { done, value } = await this.#reader.read()
      for (const branch of this.#open)
        if (done) branch.close()
        else branch.enqueue(value)
    } catch (error) {
      for (const branch of this.#open) branch.error(error)
    }
    this.#reading = null
  }

  async #cancel(): Promise<void> {
    try {
      await this.#reader.cancel(this.#reasons)
      this.#cancelled.resolve()
    } catch (error) {
      this.#cancelled.reject(error)
    }
  }
}
