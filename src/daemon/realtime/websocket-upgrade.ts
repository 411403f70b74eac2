import type { IncomingMessage } from "node:http"
import type { Socket } from "node:net"

import { WebSocketServer } from "ws"
import type { WebSocket } from "ws"

import { alyxError } from "../../errors.ts"

/** Parts in which one message may come. */
const fragmentsMax = 64

/** Pieces of the network in which one frame may come: a message of 1 MB has some 700 of them. */
const chunksMax = 2_048

/** Makes WebSockets of requests, and says in our own form where a request is none. */
export class WebSocketUpgrade {
  readonly #server: WebSocketServer

  constructor({ messageBytesMax, closeMs }: { readonly messageBytesMax: number; readonly closeMs: number }) {
    const options = {
      noServer: true,
      clientTracking: false,
      // It would cost 220 KiB a connection.
      perMessageDeflate: false,
      maxPayload: messageBytesMax,
      maxFragments: fragmentsMax,
      maxBufferedChunks: chunksMax,
      // Answers to pings are ours to hold back: a client may send many and take none.
      autoPong: false,
      closeTimeout: closeMs,
    }
    this.#server = new WebSocketServer(options)
  }

  /** Answers 101 and returns the socket; throws before anything is answered. */
  complete(request: IncomingMessage, socket: Socket, head: Buffer): WebSocket {
    let fault: Error | undefined
    let accepted: WebSocket | undefined
    const keepFault = (error: Error): void => void (fault = error)
    this.#server.on("wsClientError", keepFault)
    this.#server.handleUpgrade(request, socket, head, (ws) => void (accepted = ws))
    this.#server.off("wsClientError", keepFault)
    if (accepted !== undefined) return accepted
    throw alyxError("BAD_REQUEST", {
      message: `The request is no WebSocket handshake: ${fault?.message ?? "its connection has ended"}.`,
    })
  }
}
