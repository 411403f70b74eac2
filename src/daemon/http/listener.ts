import { once } from "node:events"
import { createServer, type IncomingMessage, type Server, ServerResponse } from "node:http"
import type { ListenOptions, Socket } from "node:net"

import { alyxError } from "../../errors.ts"
import { Connection } from "./connection.ts"
import type { FaultAnswer } from "./fault-answer.ts"

/** What is fixed when a listener opens. */
export interface ListenerSettings {
  readonly urlLimitBytes: number
  readonly requestTimeoutMs: number
  readonly keepAliveTimeoutMs: number
  readonly maxConnections: number
}

/** Where the requests of a listener go. */
export interface ListenerHandlers {
  request(request: IncomingMessage, response: ServerResponse): void
  connection(socket: Socket): void
  /** What is no HTTP: the answer to write; null for nothing. */
  faultAnswer(error: NodeJS.ErrnoException): FaultAnswer | null
  /** Asks for another protocol; what came behind the request is in `head`. The request itself follows, as any other. */
  upgrade(request: IncomingMessage, head: Buffer): void
  /** Connections that were taken over are about to be cut off. */
  goAway(sockets: Iterable<Socket>): void
  /** Node could not make a request of what came, and that was answered with the status. */
  refused(status: number): void
}

/** Room for headers beside the URL; the same as Node's default. */
const headerBytesMax = 16 * 1024

const headerCountMax = 200

/** A connection on which nothing moves for so long is closed. */
const idleSocketMs = 150_000

/** A client that takes nothing of its answer for so long is cut off. Node looks twice, so it may last twice as long. */
const stalledMs = 7_000

/** How often answers that are under way are looked for. */
const watchMs = 2_500

/** Before the end of a drain so long is left for a last word to connections that were taken over. */
const goodbyeMs = 1_000

/** How long a client that spoke no HTTP may take to read the answer. */
const faultLingerMs = 2_000

/**
 * One open address (or local socket) with the connections that came through it. It is opened once and closed once; to
 * move to another address another listener is made.
 */
export class HttpListener {
  readonly #server: Server
  readonly #handlers: ListenerHandlers
  readonly #connections = new Map<Socket, Connection>()
  #watch: NodeJS.Timeout | undefined
  #isDraining = false
  #ended: Promise<void> | undefined

  constructor(settings: ListenerSettings, handlers: ListenerHandlers) {
    this.#handlers = handlers
    const answer = (request: IncomingMessage, response: ServerResponse) => this.#answer(request, response)
    this.#server = createServer(
      {
        // The Host check answers in our own form.
        requireHostHeader: false,
        maxHeaderSize: settings.urlLimitBytes + headerBytesMax,
        headersTimeout: settings.requestTimeoutMs,
        requestTimeout: settings.requestTimeoutMs,
        connectionsCheckingInterval: Math.min(1_000, settings.requestTimeoutMs),
        keepAliveTimeout: settings.keepAliveTimeoutMs,
        // Any other upgrade that is asked for (curl asks for HTTP/2) may be ignored, and the request answered.
        shouldUpgradeCallback: isForSockets,
      },
      answer,
    )
    this.#server.maxHeadersCount = headerCountMax
    this.#server.maxConnections = settings.maxConnections
    this.#server.timeout = idleSocketMs
    this.#server.on("connection", (socket) => this.#accept(socket))
    this.#server.on("clientError", (error, socket) => this.#refuse(error, socket as Socket))
    // Node would close these without a word, or with an empty 417.
    this.#server.on("connect", (_request, socket) =>
      this.#refuse(new Error("CONNECT is for proxies"), socket as Socket),
    )
    this.#server.on("checkExpectation", answer)
    this.#server.on("upgrade", (request, socket, head) => this.#upgrade(request, socket as Socket, head))
  }

  /** Opens the address; an AlyxError says why it cannot be opened. */
  async listen(options: ListenOptions): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#server.once("error", reject)
    this.#server.listen(options, resolve)
    try {
      await promise
    } finally {
      this.#server.off("error", reject)
    }
    // The owner's programs, on the local socket, may take their time.
    if (this.address !== null) this.#watch = setInterval(() => this.#watchConnections(), watchMs).unref()
    // Out of file descriptors, say: the listener goes on when there are some again.
    this.#server.on("error", () => undefined)
  }

  /** The address and port that are open; null on a local socket or when nothing is. */
  get address(): { readonly host: string; readonly port: number } | null {
    const address = this.#server.address()
    return typeof address === "object" && address !== null ? { host: address.address, port: address.port } : null
  }

  /**
   * Takes no new connection, closes those that wait for nothing, lets answers in work finish, and after the deadline
   * closes what is left.
   */
  async close(drainTimeoutMs: number): Promise<void> {
    this.#isDraining = true
    const closed = this.stopAccepting()
    const connections = [...this.#connections]
    for (const [socket, { open }] of connections) {
      for (const response of open) closeAfter(response)
      if (open.length === 0 && isUnused(socket)) socket.destroy()
    }
    const deadline = setTimeout(() => {
      for (const [socket] of connections) socket.destroy()
    }, drainTimeoutMs)
    const lastWord = setTimeout(
      () => this.#handlers.goAway(this.#connections.keys()),
      Math.max(0, drainTimeoutMs - goodbyeMs),
    )
    await closed
    clearTimeout(lastWord)
    clearTimeout(deadline)
    clearInterval(this.#watch)
    // Node reports the end of a response a moment after that of its connection.
    await Promise.all(connections.flatMap(([, { open }]) => open.map((response) => once(response, "close"))))
  }

  /** Frees the address; resolves when the last connection has ended. Idle connections are closed at once. */
  stopAccepting(): Promise<void> {
    this.#ended ??= new Promise((resolve) => this.#server.close(() => resolve()))
    return this.#ended
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    this.#connections.get(request.socket)?.receive(request, response)
  }

  #accept(socket: Socket): void {
    const connection = new Connection({
      socket,
      stalledMs,
      idleMs: idleSocketMs,
      onRequest: (request, response) => {
        if (this.#isDraining) closeAfter(response)
        this.#handlers.request(request, response)
      },
      // An answer whose head had left before the drain began leaves its connection open.
      onAnswered: () => {
        if (this.#isDraining) setImmediate(() => this.#server.closeIdleConnections())
      },
    })
    this.#connections.set(socket, connection)
    socket.on("close", () => this.#connections.delete(socket))
    this.#handlers.connection(socket)
  }

  /** Node has let go of the connection: it gets an answer of its own, which ends it unless it is taken over. */
  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const connection = this.#connections.get(socket)
    if (connection === undefined) return void socket.destroy()
    // Nobody else listens any more, and a client may leave at any time.
    socket.on("error", () => socket.destroy())
    if (connection.open.length > 0) {
      return this.#refuse(new Error("an upgrade comes behind a request that is not answered yet"), socket)
    }
    const response = new ServerResponse(request)
    response.shouldKeepAlive = false
    response.assignSocket(socket)
    response.on("finish", () => socket.destroySoon())
    this.#handlers.upgrade(request, head)
    connection.receive(request, response)
  }

  #watchConnections(): void {
    for (const connection of this.#connections.values()) connection.watch()
  }

  #refuse(error: NodeJS.ErrnoException, socket: Socket): void {
    const pending = this.#connections.get(socket)?.unanswered ?? []
    const answer = socket.writable ? this.#handlers.faultAnswer(error) : null
    if (answer === null || pending.some((response) => response.headersSent)) return void socket.destroy()
    if (pending.some((response) => response.req.complete)) {
      // The fault is behind a whole request: that one's answer goes first, and nothing after it.
      for (const response of pending) closeAfter(response)
      return
    }
    // A request that was not finished has an exchange, which is to tell what was answered.
    if (pending.length === 0) this.#handlers.refused(answer.status)
    for (const response of pending) response.statusCode = answer.status
    // Closing at once would reset the connection and lose the answer when unread bytes are still coming in.
    socket.setTimeout(faultLingerMs, () => socket.destroy())
    socket.on("error", () => socket.destroy())
    socket.end(answer.text)
  }
}

/** The one path that speaks another protocol; a handshake has no body. */
function isForSockets({ method, url = "", headers }: IncomingMessage): boolean {
  if (method !== "GET" || headers.upgrade?.toLowerCase() !== "websocket") return false
  if (headers["transfer-encoding"] !== undefined || (headers["content-length"] ?? "0") !== "0") return false
  return /^(?:https?:\/\/[^/]*)?\/api\/realtime\/?(?:\?|$)/i.test(url)
}

/** Node then sends `connection: close` and ends the connection behind the answer. */
function closeAfter(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader("connection", "close")
}

/** True for connections on which nothing was ever asked, such as those that browsers open in advance. */
function isUnused(socket: Socket): boolean {
  return socket.bytesRead === 0
}

/** Says what keeps an address from being opened, and what to do about it. */
export function explainListenError(cause: unknown, host: string, port: number): Error {
  const { code } = cause as NodeJS.ErrnoException
  const where = `${host.includes(":") ? `[${host}]` : host}:${port}`
  switch (code) {
    case "EADDRINUSE":
      return alyxError("PORT_IN_USE", {
        message: `${where} is already in use.`,
        next: "Choose another port with --port or server.port, or end the program that uses it.",
        cause,
      })
    case "EACCES":
      return alyxError("ADDRESS_UNAVAILABLE", {
        message: `This user may not listen on ${where}.`,
        next: "Ports below 1024 need a right of their own: choose a higher one with --port or server.port.",
        cause,
      })
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAFNOSUPPORT":
    case "EINVAL":
      return alyxError("ADDRESS_UNAVAILABLE", {
        message: `This machine has no address ${host}.`,
        next: "Set server.host to one of its addresses, 127.0.0.1 for this machine alone.",
        cause,
      })
    case undefined:
    default:
      return cause instanceof Error ? cause : new Error(String(cause))
  }
}
