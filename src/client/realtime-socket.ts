import type { IncomingMessage } from "node:http"
import { connect } from "node:net"

import { WebSocket } from "ws"

import { alyxError, isAlyxError } from "../errors.ts"
import type { AlyxError } from "../errors.ts"
import type { ClientMessage, ServerMessage } from "../protocol/realtime-api.ts"
import type { WireError } from "../protocol/admin-api.ts"
import { errorFromWire } from "./socket-request.ts"

/** Where live queries are served: behind the local socket, or at an address such as https://example.com. */
export type RealtimeAddress = { readonly socketPath: string } | { readonly url: string; readonly token?: string }

/** How long opening may take. */
const openTimeoutMs = 10_000

/** A longer answer to a refused handshake is not read. */
const refusalBytesMax = 64 * 1024

/** A snapshot of 500 large documents; a server that sends more is none of ours. */
const messageBytesMax = 128 * 1024 * 1024

/** Messages that nobody has taken yet; then nothing more is read. */
const heldMax = 100

/** One WebSocket of live queries, read message by message. */
export class RealtimeSocket {
  readonly #ws: WebSocket
  readonly #held: ServerMessage[] = []
  #wake: () => void = () => undefined
  #isClosed = false

  private constructor(ws: WebSocket) {
    this.#ws = ws
    ws.on("message", (data) => {
      this.#held.push(JSON.parse((data as Buffer).toString("utf8")) as ServerMessage)
      if (this.#held.length >= heldMax) ws.pause()
      this.#wake()
    })
    ws.on("error", () => undefined)
    ws.on("close", () => {
      this.#isClosed = true
      this.#wake()
    })
  }

  /** Opens a socket; the error of a refused handshake is thrown as the AlyxError that it carries. */
  static async open(address: RealtimeAddress, signal?: AbortSignal): Promise<RealtimeSocket> {
    signal?.throwIfAborted()
    const ws = newWebSocket(address)
    const socket = new RealtimeSocket(ws)
    const end = (): void => ws.terminate()
    signal?.addEventListener("abort", end, { once: true })
    ws.once("close", () => signal?.removeEventListener("abort", end))
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    ws.once("open", resolve)
    ws.once("error", (error) => reject(openError(error)))
    ws.once("unexpected-response", (_request, response) => {
      void refusalOf(response)
        .then(reject)
        .finally(() => ws.terminate())
    })
    await promise
    return socket
  }

  send(message: ClientMessage): void {
    this.#ws.send(JSON.stringify(message))
  }

  /** The messages in their order, until the connection ends. */
  async *messages(): AsyncGenerator<ServerMessage> {
    for (;;) {
      const next = this.#held.shift()
      if (next !== undefined) {
        if (this.#held.length < heldMax / 2 && this.#ws.isPaused) this.#ws.resume()
        yield next
      } else if (this.#isClosed) return
      else await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  close(): void {
    this.#ws.terminate()
  }
}

function newWebSocket(address: RealtimeAddress): WebSocket {
  const options = { handshakeTimeout: openTimeoutMs, maxPayload: messageBytesMax, perMessageDeflate: false }
  if ("socketPath" in address) {
    const { socketPath } = address
    return new WebSocket("ws://localhost/api/realtime", { ...options, createConnection: () => connect(socketPath) })
  }
  const url = new URL("/api/realtime", address.url.replace(/^http/, "ws"))
  const headers = address.token === undefined ? {} : { authorization: `Bearer ${address.token}` }
  return new WebSocket(url, { ...options, headers })
}

function openError(error: NodeJS.ErrnoException): AlyxError {
  if (isAlyxError(error)) return error
  if (error.code === "ENOENT" || error.code === "ECONNREFUSED") {
    return alyxError("NO_DAEMON", { next: "Start one with alyx dev or alyx start.", cause: error })
  }
  return alyxError("DAEMON_UNREACHABLE", { message: `The server cannot be reached: ${error.message}.`, cause: error })
}

async function refusalOf(response: IncomingMessage): Promise<AlyxError> {
  let text = ""
  try {
    for await (const chunk of response.setEncoding("utf8")) {
      text += chunk as string
      if (text.length > refusalBytesMax) break
    }
    return errorFromWire((JSON.parse(text) as { readonly error: WireError }).error)
  } catch (error) {
    return alyxError("DAEMON_UNREACHABLE", {
      message: `The server answers a WebSocket with ${response.statusCode}, and not in the words of Alyx.`,
      cause: error,
    })
  }
}
