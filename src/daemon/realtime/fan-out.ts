import type { LiveMessage, Subscriber } from "./live-queries.ts"

/** Who is told, and up to which message it is told already. */
export interface Recipient {
  readonly subscriber: Subscriber
  isEnded: boolean
  /** Messages with this number and below are contained in what it has. */
  toldThrough: number
}

interface Delivery {
  readonly message: LiveMessage
  readonly number: number
  readonly recipients: readonly Recipient[]
  next: number
}

/** How many are told between two looks at the clock. */
const recipientsPerLook = 32

/**
 * Hands messages to subscribers, in the order in which they were made. What takes long is done in slices, so that requests
 * are answered in between; a subscriber that meanwhile got a snapshot is not told what that already holds.
 */
export class FanOut {
  #queue: Delivery[] = []
  #number = 0
  #count = 0

  /** Messages handed over since the start. */
  get deliveredCount(): number {
    return this.#count
  }

  get isEmpty(): boolean {
    return this.#queue.length === 0
  }

  /** Puts a message at the end of the queue, for those who are there now. */
  add(message: LiveMessage, recipients: readonly Recipient[]): void {
    this.#number += 1
    if (recipients.length > 0) this.#queue.push({ message, number: this.#number, recipients, next: 0 })
  }

  /** Tells one at once what holds everything that waits for it. */
  tellNow(message: LiveMessage, recipient: Recipient): void {
    recipient.toldThrough = this.#number
    this.#deliver(message, recipient)
  }

  /** Hands over until the time is up. */
  run(endsAtMs: number): void {
    let done = 0
    for (const delivery of this.#queue) {
      if (!this.#hand(delivery, endsAtMs)) break
      done += 1
    }
    if (done > 0) this.#queue = this.#queue.slice(done)
  }

  clear(): void {
    this.#queue = []
  }

  #hand(delivery: Delivery, endsAtMs: number): boolean {
    const { message, number, recipients } = delivery
    while (delivery.next < recipients.length) {
      if (delivery.next % recipientsPerLook === 0 && performance.now() > endsAtMs) return false
      const recipient = recipients[delivery.next]
      delivery.next += 1
      if (recipient !== undefined && recipient.toldThrough < number) this.#deliver(message, recipient)
    }
    return true
  }

  #deliver(message: LiveMessage, recipient: Recipient): void {
    if (recipient.isEnded) return
    this.#count += 1
    recipient.subscriber.deliver(message)
  }
}
