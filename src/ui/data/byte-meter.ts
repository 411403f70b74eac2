import { collectingBuffers } from "../../lib/collecting-buffers.ts"
import { showBytes } from "../amount.ts"
import type { OutputStream } from "../terminal.ts"

/** How often the figure is drawn. */
const drawPauseMs = 200

/** Counts bytes on their way, and shows a person at a terminal how many they are. */
export class ByteMeter {
  readonly #err: Pick<OutputStream, "isTerminal" | "write">
  readonly #collect = collectingBuffers()
  #bytes = 0
  #drawnAtMs = 0
  #isDrawn = false

  constructor(err: Pick<OutputStream, "isTerminal" | "write">) {
    this.#err = err
  }

  get bytes(): number {
    return this.#bytes
  }

  readonly counted = async function* (this: ByteMeter, source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      this.#add(chunk.length)
      yield chunk
    }
  }.bind(this)

  /** Takes the figure away. */
  end(): void {
    if (this.#isDrawn) this.#err.write("\r\u001B[K")
    this.#isDrawn = false
  }

  #add(bytes: number): void {
    this.#bytes += bytes
    this.#collect(bytes)
    const nowMs = performance.now()
    if (!this.#err.isTerminal || nowMs - this.#drawnAtMs < drawPauseMs) return
    this.#drawnAtMs = nowMs
    this.#isDrawn = true
    this.#err.write(`\r\u001B[K${showBytes(this.#bytes)}`)
  }
}
