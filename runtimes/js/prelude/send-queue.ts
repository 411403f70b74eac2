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
 * order in which it was asked, until the host has answered others. Where more waits than a call may ever ask for, the host is
 * told at once: it ends a call that asks on and on.
 */
export class SendQueue {
  /** Bytes, by the operations that the host has and has not answered. */
  readonly #underWay = new Map<number, number>()
  readonly #waiting = new Map<number, Waiting>()
  /** Rejects an operation that waited and cannot be sent. */
  readonly #onUnsent: (id: number, error: unknown) => void
  #bytes = 0

  constructor(onUnsent: (id: number, error: unknown) => void) {
    this.#onUnsent = onUnsent
  }

  beginCall(): void {
    this.#underWay.clear()
    this.#waiting.clear()
    this.#bytes = 0
  }

  /** Sends it now or later. The body is the caller's until then, so one that waits is a copy. */
  send(id: number, header: string, body: Uint8Array | undefined): void {
    const bytes = bytesOf(header, body)
    const { size } = this.#waiting
    if (size === 0 && this.#fits(bytes)) this.#submit(id, header, body, bytes)
    else if (size < guestLimits.operationsMax) this.#waiting.set(id, { header, body: body?.slice() })
    else natives.alyxSubmit(`{"id":${id},"op":"exceed"}`, undefined)
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
      try {
        this.#submit(id, header, body, bytes)
      } catch (error) {
        this.#onUnsent(id, error)
      }
    }
  }

  /** What is larger than all that may be under way goes alone, and the host says so. */
  #fits(bytes: number): boolean {
    const { size } = this.#underWay
    return size === 0 || (size < underWayMax && this.#bytes + bytes <= guestLimits.openBytesMax)
  }

  #submit(id: number, header: string, body: Uint8Array | undefined, bytes: number): void {
    // There may be no memory for it: then the host has not got it.
    natives.alyxSubmit(header, body)
    this.#underWay.set(id, bytes)
    this.#bytes += bytes
  }
}

/** At least what it has as a frame. */
function bytesOf(header: string, body: Uint8Array | undefined): number {
  return header.length * characterBytesMax + (body?.length ?? 0)
}
