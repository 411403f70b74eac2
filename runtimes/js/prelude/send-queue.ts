import { guestLimits } from "../../../src/functions/guest-abi.ts"
import { natives } from "./natives.ts"

/** One is left for the sleep that wakes the timers: they must not wait for answers. */
const underWayMax = guestLimits.operationsOpenMax - 1

/** Of a character in UTF-8, as JavaScript counts them. */
const characterBytesMax = 3

interface Waiting {
  readonly header: string
  readonly body: Uint8Array | undefined
}

/**
 * Operations on their way to the host, which refuses more than it says in guestLimits. What is too much waits here, in the
 * order in which it was asked, until the host has answered others; only the memory of the guest bounds how much.
 */
export class SendQueue {
  /** Bytes, by the operations that the host has and has not answered. */
  readonly #underWay = new Map<number, number>()
  readonly #waiting = new Map<number, Waiting>()
  #bytes = 0

  beginCall(): void {
    this.#underWay.clear()
    this.#waiting.clear()
    this.#bytes = 0
  }

  /** Sends it now or later. The body is the caller's until then, so one that waits is a copy. */
  send(id: number, header: string, body: Uint8Array | undefined): void {
    const bytes = bytesOf(header, body)
    if (this.#waiting.size === 0 && this.#fits(bytes)) this.#submit(id, header, body, bytes)
    else this.#waiting.set(id, { header, body: body?.slice() })
  }

  /** Whether it waited still, so that the host never hears of it. */
  remove(id: number): boolean {
    return this.#waiting.delete(id)
  }

  /** The host is done with one, also when that was cancelled. */
  answered(id: number): void {
    const bytes = this.#underWay.get(id)
    if (bytes === undefined) return
    this.#underWay.delete(id)
    this.#bytes -= bytes
    if (this.#waiting.size > 0) this.#sendWaiting()
  }

  #sendWaiting(): void {
    for (const [id, { header, body }] of this.#waiting) {
      const bytes = bytesOf(header, body)
      if (!this.#fits(bytes)) return
      this.#waiting.delete(id)
      this.#submit(id, header, body, bytes)
    }
  }

  /** What is larger than all that may be under way goes alone, and the host says so. */
  #fits(bytes: number): boolean {
    const { size } = this.#underWay
    return size === 0 || (size < underWayMax && this.#bytes + bytes <= guestLimits.openBytesMax)
  }

  #submit(id: number, header: string, body: Uint8Array | undefined, bytes: number): void {
    this.#underWay.set(id, bytes)
    this.#bytes += bytes
    natives.alyxSubmit(header, body)
  }
}

/** At least what it has as a frame. */
function bytesOf(header: string, body: Uint8Array | undefined): number {
  return header.length * characterBytesMax + (body?.length ?? 0)
}
