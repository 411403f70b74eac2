import { randomBytes } from "node:crypto"
import type { IncomingMessage } from "node:http"
import type { Socket } from "node:net"
import { setImmediate as nextTurn } from "node:timers/promises"

import { alyxError } from "../../errors.ts"
import { addressGroup } from "../../lib/address-group.ts"
import type { Clock } from "../../lib/clock.ts"
import { RateCounter } from "../../lib/rate-counter.ts"
import type { Rate } from "../../lib/units.ts"
import type { Caller } from "../caller.ts"
import type { Signals } from "../signals/signals.ts"
import type { LiveQueryStats } from "./live-queries.ts"
import { LiveSocket } from "./live-socket.ts"
import type { SocketParts } from "./live-socket.ts"
import { lastingCaller } from "./socket-caller.ts"
import { WebSocketUpgrade } from "./websocket-upgrade.ts"

/** The part of the configuration that is read anew for each socket. */
export interface RealtimeConfig {
  readonly connectionsMax: number
  readonly connectionsPerAddressMax: number
  readonly subscriptionsMax: number
  /** How often one address may subscribe and say who it is, over all its sockets: as often as it may send requests. */
  readonly askedRate: Rate | null
}

export interface LiveSocketsParts extends Omit<SocketParts, "subscriptionsMax" | "countAsked"> {
  readonly config: () => RealtimeConfig
  readonly messageLimitBytes: number
  readonly signals: Signals
  readonly clock: Clock
}

/** A request that is to become a socket. */
export interface UpgradeRequest {
  readonly request: IncomingMessage
  readonly socket: Socket
  /** What the client sent behind its request. */
  readonly head: Buffer
  readonly caller: Caller
  readonly token: string | null
}

/** How the sockets are, for people. */
export interface LiveSocketStats extends LiveQueryStats {
  readonly sockets: number
  /** What all clients together have not taken yet. */
  readonly untakenBytes: number
}

/** Addresses that are counted at once; beyond them the oldest begin anew. */
const addressesMax = 50_000

/** How many sockets are looked at before other work gets its turn. */
const sliceSize = 200

/** Every open socket: lets them in, counts them, looks after them, ends them. */
export class LiveSockets {
  readonly #parts: LiveSocketsParts
  readonly #socketParts: SocketParts
  readonly #upgrade: WebSocketUpgrade
  readonly #open = new Map<Socket, LiveSocket>()
  readonly #countByAddress = new Map<string, number>()
  readonly #asked: RateCounter
  /** With what was untaken when they fell behind, the one that has been behind longest first. */
  readonly #behind = new Map<LiveSocket, number>()
  #behindBytes = 0
  #timers: NodeJS.Timeout[] = []
  #nudged: NodeJS.Timeout | undefined
  #unlisten: readonly (() => void)[] = []
  #isRechecking = false
  /** Something changed since the sockets that were looked at in this pass were looked at. */
  #recheckAgain = false
  #isStopping = false

  constructor(parts: LiveSocketsParts) {
    this.#parts = parts
    const { clock, config } = parts
    this.#asked = new RateCounter({ clock, keysMax: addressesMax, rate: () => config().askedRate })
    this.#socketParts = {
      ...parts,
      subscriptionsMax: () => config().subscriptionsMax,
      countAsked: (caller) => this.#countAsked(caller),
    }
    this.#upgrade = new WebSocketUpgrade({ messageBytesMax: parts.messageLimitBytes, closeMs: parts.limits.goodbyeMs })
  }

  start(): void {
    const { limits, signals } = this.#parts
    this.#timers = [
      setInterval(() => void this.#each(beat), limits.pingMs).unref(),
      setInterval(() => void this.#recheck(), limits.recheckMs).unref(),
    ]
    const soon = (): void => {
      this.#nudged ??= setTimeout(() => {
        this.#nudged = undefined
        void this.#recheck()
      }, limits.nudgeMs).unref()
    }
    this.#unlisten = [signals.on("accounts", soon), signals.on("database", soon)]
  }

  /** Makes a socket of a request. Throws what is to be answered where it cannot be one. */
  accept({ request, socket, head, caller, token }: UpgradeRequest): void {
    if (this.#isStopping) throw alyxError("SHUTTING_DOWN")
    const address = addressGroup(caller.address)
    if (!caller.owner) this.#requireRoom(address)
    const ws = this.#upgrade.complete(request, socket, head)
    const clientId = `client_${randomBytes(9).toString("base64url")}`
    const accepted = { ws, socket, clientId, caller: lastingCaller(caller), token }
    const live = new LiveSocket(this.#socketParts, accepted, {
      behind: (behind, bytes) => this.#fellBehind(behind, bytes),
      caughtUp: (behind) => this.#caughtUp(behind),
    })
    this.#open.set(socket, live)
    this.#countByAddress.set(address, (this.#countByAddress.get(address) ?? 0) + 1)
    ws.on("close", () => {
      this.#open.delete(socket)
      this.#caughtUp(live)
      const left = this.#countByAddress.get(address)! - 1
      if (left === 0) this.#countByAddress.delete(address)
      else this.#countByAddress.set(address, left)
    })
  }

  /** The listener behind these connections is about to be closed. */
  goAway(sockets: Iterable<Socket>): void {
    for (const socket of sockets) this.#open.get(socket)?.goAway()
  }

  stats(): LiveSocketStats {
    let untakenBytes = 0
    for (const socket of this.#open.values()) untakenBytes += socket.untakenBytes
    return { sockets: this.#open.size, untakenBytes, ...this.#parts.live.stats() }
  }

  /** Ends every socket; those that do not say goodbye in time are cut off. May be called again. */
  async stop(): Promise<void> {
    this.#isStopping = true
    for (const timer of this.#timers) clearInterval(timer)
    clearTimeout(this.#nudged)
    for (const unlisten of this.#unlisten) unlisten()
    const open = [...this.#open]
    const closed = open.map(([socket]) => closeOf(socket))
    for (const [, live] of open) live.goAway()
    const deadline = setTimeout(() => {
      for (const [, live] of open) live.cutOff()
    }, this.#parts.limits.goodbyeMs)
    await Promise.all(closed)
    clearTimeout(deadline)
  }

  #requireRoom(address: string): void {
    const { connectionsMax, connectionsPerAddressMax } = this.#parts.config()
    if (this.#open.size >= connectionsMax) {
      throw alyxError("TOO_MANY_CONNECTIONS", {
        message: `${this.#open.size} sockets are open, and realtime.connections_max is ${connectionsMax}.`,
        retryAfterSeconds: 10,
      })
    }
    const ofAddress = this.#countByAddress.get(address) ?? 0
    if (ofAddress >= connectionsPerAddressMax) {
      throw alyxError("TOO_MANY_CONNECTIONS", {
        message: `${ofAddress} sockets of this address are open, and realtime.connections_per_address_max is ${connectionsPerAddressMax}.`,
        next: "Behind a proxy, name it in server.trusted_proxies: all clients have its address otherwise.",
        retryAfterSeconds: 10,
      })
    }
  }

  #countAsked({ owner, address }: Caller): void {
    if (owner) return
    const { isAllowed, retryAfterSeconds } = this.#asked.take(addressGroup(address))
    if (isAllowed) return
    throw alyxError("RATE_LIMITED", {
      message: "This address has subscribed or signed in too often, over all its sockets.",
      next: `Wait ${retryAfterSeconds} s; server.rate_limit.address is how much is allowed.`,
      retryAfterSeconds,
    })
  }

  #fellBehind(socket: LiveSocket, bytes: number): void {
    this.#behind.set(socket, bytes)
    this.#behindBytes += bytes
    for (const longest of this.#behind.keys()) {
      if (this.#behindBytes <= this.#parts.limits.behindBytesMax) return
      this.#caughtUp(longest)
      longest.cutOff()
    }
  }

  #caughtUp(socket: LiveSocket): void {
    this.#behindBytes -= this.#behind.get(socket) ?? 0
    this.#behind.delete(socket)
  }

  async #recheck(): Promise<void> {
    this.#recheckAgain = true
    if (this.#isRechecking) return
    this.#isRechecking = true
    try {
      while (this.#recheckAgain && !this.#isStopping) {
        this.#recheckAgain = false
        await this.#each((socket) => socket.recheck())
      }
    } finally {
      this.#isRechecking = false
    }
  }

  async #each(act: (socket: LiveSocket) => Promise<void>): Promise<void> {
    const sockets = [...this.#open.values()]
    for (let start = 0; start < sockets.length; start += sliceSize) {
      await Promise.all(sockets.slice(start, start + sliceSize).map(act))
      await nextTurn()
    }
  }
}

function beat(socket: LiveSocket): Promise<void> {
  socket.beat()
  return Promise.resolve()
}

/** A connection that breaks at last has ended too. */
function closeOf(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) resolve()
    else socket.once("close", () => resolve())
  })
}
