import type { ServerResponse } from "node:http"

/** Smaller answers are bounded by the number of requests in work at once. */
export const countedBytesMin = 64 * 1024

/** Bounds the bytes of all large answers that were made and that their clients have not taken yet. */
export class UntakenAnswers {
  readonly #heldBytesMax: number
  #heldBytes = 0

  constructor(options: { readonly heldBytesMax: number }) {
    this.#heldBytesMax = options.heldBytesMax
  }

  /** True when nothing more should be begun whose answer could be large and must not be refused. */
  get isFull(): boolean {
    return this.#heldBytes >= this.#heldBytesMax
  }

  /** Whether one more answer may be held. A lone one always may, however large it is. */
  hasRoomFor(bytes: number): boolean {
    return this.#heldBytes === 0 || this.#heldBytes + bytes <= this.#heldBytesMax
  }

  /** Counts an answer until it was taken, or its client has left. */
  hold(response: ServerResponse, bytes: number): void {
    if (response.closed) return
    this.#heldBytes += bytes
    response.once("close", () => void (this.#heldBytes -= bytes))
  }
}
