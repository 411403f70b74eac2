import type { IncomingMessage, ServerResponse } from "node:http"
import type { Socket } from "node:net"

/** Requests that one client may have in work at once by sending them before it has the answers (pipelining). */
const openMax = 32

/** What a connection's client may leave untaken before its next request has to wait. */
const untakenBytesMax = 64 * 1024

/** Requests that wait; what Node has read of a connection holds no more of the shortest ones, and then it is paused. */
const waitingMax = 2_000

/** What a Connection needs. */
export interface ConnectionOptions {
  readonly socket: Socket
  /** After so long without any progress a client that does not take its answer is cut off. */
  readonly stalledMs: number
  /** How long nothing may move on a connection otherwise. */
  readonly idleMs: number
  readonly onRequest: (request: IncomingMessage, response: ServerResponse) => void
  /** An answer has ended, taken or not. */
  readonly onAnswered: () => void
}

/** The requests of one connection: those in work, and those that wait until the client has taken answers. */
export class Connection {
  readonly #options: ConnectionOptions
  /** In the order in which they were asked, which is the order in which they are sent. */
  readonly #open: ServerResponse[] = []
  readonly #waiting: { readonly request: IncomingMessage; readonly response: ServerResponse }[] = []
  #watched: ServerResponse | null = null

  constructor(options: ConnectionOptions) {
    this.#options = options
    options.socket.on("close", () => void this.#waiting.splice(0))
  }

  /** The answers that have not ended. */
  get open(): readonly ServerResponse[] {
    return this.#open
  }

  /** The answers that were not given yet. */
  get unanswered(): readonly ServerResponse[] {
    const begun = this.#open.filter((response) => !response.writableEnded)
    return [...begun, ...this.#waiting.map(({ response }) => response)]
  }

  /** Hands a request on, at once or when its turn has come. */
  receive(request: IncomingMessage, response: ServerResponse): void {
    if (!this.#isFull()) return this.#begin(request, response)
    const { socket } = this.#options
    if (this.#waiting.length >= waitingMax) return void socket.destroy()
    this.#waiting.push({ request, response })
    socket.pause()
  }

  /** To be called every few seconds: from the time at which an answer is seen to be under way, it must make progress. */
  watch(): void {
    const [sending] = this.#open
    if (sending === undefined || sending === this.#watched || !sending.writableEnded) return
    this.#watched = sending
    // Node ends the connection then. It looks at what the system has taken, so a slow client that goes on is left alone.
    this.#options.socket.setTimeout(this.#options.stalledMs)
  }

  #begin(request: IncomingMessage, response: ServerResponse): void {
    this.#open.push(response)
    response.on("close", () => this.#end(response))
    this.#options.onRequest(request, response)
  }

  #end(response: ServerResponse): void {
    const { socket, idleMs, onAnswered } = this.#options
    this.#open.splice(this.#open.indexOf(response), 1)
    const isPaused = this.#waiting.length > 0
    while (this.#waiting.length > 0 && !this.#isFull()) {
      const { request, response: next } = this.#waiting.shift()!
      this.#begin(request, next)
    }
    if (isPaused && this.#waiting.length === 0) socket.resume()
    // With nothing open it is the time of keep-alive, which Node has set.
    if (this.#watched !== null && this.#open.length > 0) socket.setTimeout(idleMs)
    this.#watched = null
    onAnswered()
  }

  #isFull(): boolean {
    if (this.#open.length === 0) return false
    if (this.#waiting.length > 0 || this.#open.length >= openMax) return true
    return this.#open.reduce((bytes, response) => bytes + response.writableLength, 0) > untakenBytesMax
  }
}
