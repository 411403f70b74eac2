import type { IncomingMessage } from "node:http"
import type { Socket } from "node:net"

import { alyxError, isAlyxError } from "../../errors.ts"
import type { InProcessAnswer, InProcessCaller, InProcessRequest } from "../host/host-parts.ts"
import { InProcess } from "./inner-requests.ts"
import type { LiveSocketStats } from "../realtime/live-sockets.ts"
import { CapturedRequests } from "./capture/captured-requests.ts"
import { faultAnswer } from "./fault-answer.ts"
import { explainListenError, HttpListener, type ListenerHandlers, type ListenerSettings } from "./listener.ts"
import { listenOnSocket } from "./local-socket.ts"
import { LogStreams } from "./log-streams.ts"
import { HttpMetrics } from "./metrics.ts"
import { Exchanges, type RequestCounts } from "./middleware/exchange.ts"
import { RequestIds } from "./middleware/request-id.ts"
import type { HttpParts } from "./parts.ts"
import { createRouter, type Router } from "./router.ts"

/** Where to listen; port 0 takes any free one. */
export interface TcpAddress {
  readonly host: string
  readonly port: number
}

/** How long a body may take on the local socket: a seed or a restore comes as fast as its file is read. */
const ownerRequestTimeoutMs = 24 * 3_600_000

/** How an end is made. */
export interface CloseOptions {
  /** After so long what still runs is cut off. */
  readonly drainTimeoutMs: number
}

/**
 * The HTTP edge: one router behind a TCP address, behind the daemon's local socket, or behind both. Made by
 * createHttpApp, opened by the listen methods, closed once.
 */
export class HttpApp {
  readonly #parts: HttpParts
  readonly #router: Router
  readonly #metrics: HttpMetrics
  readonly #exchanges: Exchanges
  readonly #logs: LogStreams
  readonly #requestIds = new RequestIds()
  /** The connections that came through the local socket. */
  readonly #ownerSockets = new WeakSet<Socket>()
  /** The requests that ask to become a WebSocket, with what came behind them. */
  readonly #upgrades = new WeakMap<IncomingMessage, Buffer>()
  readonly #draining = new Set<Promise<void>>()
  #tcp: HttpListener | null = null
  #local: HttpListener | null = null
  #isClosing = false

  constructor(parts: HttpParts) {
    this.#parts = parts
    this.#logs = new LogStreams(parts)
    this.#metrics = new HttpMetrics({
      databaseStats: () => parts.records.database.stats(),
      inFlight: () => this.#exchanges.inFlight,
      live: () => this.liveStats(),
      functionsText: () => parts.functions.metricsText(),
    })
    const captures = parts.traces === null ? null : new CapturedRequests()
    this.#exchanges = new Exchanges(parts, { metrics: this.#metrics, ownerSockets: this.#ownerSockets, captures })
    this.#router = createRouter({
      ...parts,
      metrics: this.#metrics,
      exchanges: this.#exchanges,
      logs: this.#logs,
      captures,
      requestIds: this.#requestIds,
      ownerSockets: this.#ownerSockets,
      upgrades: this.#upgrades,
      address: () => this.address(),
      isClosing: () => this.#isClosing,
      inProcess: new InProcess(),
    })
  }

  /** Opens the TCP address and says what it became. */
  async listenTcp(address: TcpAddress): Promise<TcpAddress> {
    this.#tcp = await this.#openTcp(address)
    return this.#tcp.address!
  }

  /** Opens the local socket, whose callers are the owner. */
  async listenLocal(socketPath: string): Promise<void> {
    const listener = await this.#listener((socket) => void this.#ownerSockets.add(socket), {
      requestTimeoutMs: ownerRequestTimeoutMs,
    })
    await listenOnSocket(listener, socketPath)
    this.#local = listener
  }

  /**
   * Moves to another TCP address (or to new settings of the same one): the new one is opened first, then the old one
   * drains. When the new one cannot be opened the old one stays, and the error is thrown.
   */
  async relisten(address: TcpAddress, options: CloseOptions): Promise<TcpAddress> {
    const old = this.#tcp
    const oldAddress = old?.address ?? null
    try {
      this.#tcp = await this.#openTcp(address)
    } catch (error) {
      // The old listener itself may be in the way: 0.0.0.0 and 127.0.0.1 cannot have the same port at once.
      if (!old || oldAddress?.port !== address.port || !isAlyxError(error, "PORT_IN_USE")) throw error
      void old.stopAccepting()
      this.#tcp = await this.#openTcp(address).catch(async (failure: unknown) => {
        this.#tcp = await this.#openTcp(oldAddress)
        this.#drain(old, options)
        throw failure
      })
    }
    if (old) this.#drain(old, options)
    return this.#tcp.address!
  }

  /** Answers a request of a running function to this server, as its caller, without a socket. */
  dispatch(request: InProcessRequest, from: InProcessCaller): Promise<InProcessAnswer> {
    return this.#router.answer(request, from)
  }

  /** Every path that is served, as the router writes it. */
  get paths(): readonly string[] {
    return this.#router.paths
  }

  /** The open TCP address; null when there is none. */
  address(): TcpAddress | null {
    return this.#tcp?.address ?? null
  }

  /** What was asked since the start. */
  requestCounts(): RequestCounts {
    return this.#exchanges.counts()
  }

  /** How live queries are; null where they are not served. */
  liveStats(): LiveSocketStats | null {
    return this.#parts.live?.stats() ?? null
  }

  /** Ends log streams and sockets, lets requests in work finish, cuts off what outlasts the deadline. May be called again. */
  async close(options: CloseOptions): Promise<void> {
    this.#isClosing = true
    this.#logs.endAll()
    for (const listener of [this.#tcp, this.#local]) if (listener) this.#drain(listener, options)
    this.#tcp = null
    this.#local = null
    await this.#parts.live?.stop()
    await Promise.all(this.#draining)
    await this.#router.close()
  }

  async #openTcp({ host, port }: TcpAddress): Promise<HttpListener> {
    const listener = await this.#listener(() => undefined)
    try {
      await listener.listen({ host, port })
    } catch (error) {
      throw explainListenError(error, host, port)
    }
    // The end may have begun meanwhile, and then it knows nothing of this listener.
    if (this.#isClosing) {
      await listener.close(0)
      throw alyxError("SHUTTING_DOWN")
    }
    return listener
  }

  #drain(listener: HttpListener, { drainTimeoutMs }: CloseOptions): void {
    const drained = listener.close(drainTimeoutMs).finally(() => this.#draining.delete(drained))
    this.#draining.add(drained)
  }

  async #listener(
    connection: ListenerHandlers["connection"],
    own: Partial<ListenerSettings> = {},
  ): Promise<HttpListener> {
    await this.#router.ready()
    return new HttpListener(
      { ...this.#parts.config().server, ...own },
      {
        connection,
        request: (request, response) => this.#router.handle(request, response),
        upgrade: (request, head) => void this.#upgrades.set(request, head),
        goAway: (sockets) => this.#parts.live?.goAway(sockets),
        faultAnswer: (fault) => faultAnswer(fault, this.#requestIds.fresh(), new Date(this.#parts.clock.now())),
        refused: (status) => this.#metrics.countRefused(status),
      },
    )
  }
}

/** Puts the HTTP edge together. It opens nothing yet. */
export function createHttpApp(parts: HttpParts): HttpApp {
  return new HttpApp(parts)
}
