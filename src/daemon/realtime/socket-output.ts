import type { Socket } from "node:net"

import { WebSocket } from "ws"

import type { SocketLimits } from "./socket-limits.ts"

/** What a SocketOutput tells its owner. */
export interface OutputEvents {
  /** The client has left more untaken than it may; so many bytes wait. */
  behind(bytes: number): void
  /** It has taken everything. */
  caughtUp(): void
}

/** What goes to one client. It never holds much more than the soft limit and the message that went over it. */
export class SocketOutput {
  readonly #ws: WebSocket
  readonly #socket: Socket
  readonly #limits: SocketLimits
  readonly #events: OutputEvents
  #isBehind = false
  /** What was added since the client is behind. */
  #addedBytes = 0

  constructor(parts: {
    readonly ws: WebSocket
    readonly socket: Socket
    readonly limits: SocketLimits
    readonly events: OutputEvents
  }) {
    this.#ws = parts.ws
    this.#socket = parts.socket
    this.#limits = parts.limits
    this.#events = parts.events
    parts.socket.on("drain", () => this.#catchUp())
    parts.socket.on("timeout", () => {
      if (this.#isBehind) this.#ws.terminate()
    })
  }

  /** While true nothing but short words should be sent. */
  get isBehind(): boolean {
    return this.#isBehind
  }

  /**
   * Sends a frame. It is written to the connection itself: ws would copy nothing either, but make a head of its own for
   * each client and write twice, which is much where a thousand of them are told the same.
   */
  send(frame: Buffer): void {
    if (this.#ws.readyState !== WebSocket.OPEN) return
    if (this.#isBehind) {
      this.#addedBytes += frame.length
      // A client that provokes answers and takes none of them.
      if (this.#addedBytes > this.#limits.hardBytes) return this.#ws.terminate()
    }
    this.#socket.write(frame)
    if (!this.#isBehind && this.#socket.writableLength > this.#limits.softBytes) this.#fallBehind()
  }

  /** Answers a ping of the protocol, unless answers are piling up already. */
  pong(data: Buffer): void {
    if (!this.#isBehind && this.#ws.readyState === WebSocket.OPEN) this.#ws.pong(data)
  }

  #fallBehind(): void {
    this.#isBehind = true
    this.#addedBytes = 0
    // Node begins anew whenever the system takes something, so that a slow client which goes on is left alone.
    this.#socket.setTimeout(this.#limits.stuckMs)
    this.#events.behind(this.#socket.writableLength)
  }

  #catchUp(): void {
    if (!this.#isBehind || this.#ws.readyState !== WebSocket.OPEN) return
    this.#isBehind = false
    this.#socket.setTimeout(0)
    this.#events.caughtUp()
  }
}
