import type { ServerResponse } from "node:http"

import { BoundedQueue } from "../../lib/bounded-queue.ts"

/** Something that a stream sends: `id:` is its number, `data:` its JSON. */
export interface StreamEvent {
  readonly seq: number
}

/** What an EventStream needs. */
export interface EventStreamOptions<Event extends StreamEvent> {
  readonly response: ServerResponse
  /** Events that wait for a reader who is slower than they come; older ones make room and are counted. */
  readonly waitingMax: number
  /** So often a comment is sent, which tells both ends, and proxies, that the connection lives. */
  readonly heartbeatMs: number
  /** Makes the event that says how many were lost, numbered as the last of them. */
  readonly lostEvent: (count: number, lastLostSeq: number) => Event
}

/**
 * Server-Sent Events over one answer whose head has been written. What a slow reader has not taken is bounded: the
 * socket's own buffer, then `waitingMax` events.
 */
export class EventStream<Event extends StreamEvent> {
  readonly #response: ServerResponse
  readonly #waiting: BoundedQueue<Event>
  readonly #lostEvent: EventStreamOptions<Event>["lostEvent"]
  readonly #heartbeat: NodeJS.Timeout
  #isBlocked = false
  #isEnded = false
  #lostCount = 0
  #lastLostSeq = 0

  constructor(options: EventStreamOptions<Event>) {
    this.#response = options.response
    this.#waiting = new BoundedQueue(options.waitingMax)
    this.#lostEvent = options.lostEvent
    this.#heartbeat = setInterval(() => this.#beat(), options.heartbeatMs)
    this.#response.on("drain", () => this.#drain({ regardless: false }))
    this.#response.on("close", () => clearInterval(this.#heartbeat))
  }

  /** Sends an event, now or when the reader has caught up. */
  send(event: Event): void {
    if (this.#isEnded) return
    if (!this.#isBlocked) return this.#write(event)
    const lost = this.#waiting.push(event)
    if (lost === undefined) return
    this.#lostCount += 1
    this.#lastLostSeq = lost.seq
  }

  /** Ends the answer after everything that waits, however slow the reader is: there is no more than `waitingMax` of it. */
  finish(): void {
    this.#isBlocked = false
    this.#drain({ regardless: true })
    this.end()
  }

  /** Sends nothing more and ends the answer. */
  end(): void {
    this.#isEnded = true
    clearInterval(this.#heartbeat)
    this.#response.end()
  }

  #drain({ regardless }: { readonly regardless: boolean }): void {
    if (this.#isEnded) return
    this.#isBlocked = false
    if (this.#lostCount > 0) {
      const lost = this.#lostEvent(this.#lostCount, this.#lastLostSeq)
      this.#lostCount = 0
      this.#write(lost)
    }
    for (;;) {
      if (this.#isBlocked && !regardless) return
      const event = this.#waiting.shift()
      if (event === undefined) return
      this.#write(event)
    }
  }

  #write(event: Event): void {
    this.#isBlocked = !this.#response.write(`id: ${event.seq}\ndata: ${JSON.stringify(event)}\n\n`)
  }

  #beat(): void {
    if (!this.#isBlocked) this.#isBlocked = !this.#response.write(":\n\n")
  }
}
