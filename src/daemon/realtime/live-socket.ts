import type { Socket } from "node:net"

import type { WebSocket } from "ws"

import { alyxError, isAlyxError } from "../../errors.ts"
import type { AlyxError } from "../../errors.ts"
import type { Logger } from "../../lib/logger.ts"
import type { ClientMessage } from "../../protocol/realtime-api.ts"
import type { Caller, Identity } from "../caller.ts"
import { readClientMessage } from "./client-message.ts"
import type { ReadMessage } from "./client-message.ts"
import type { LiveQueries } from "./live-queries.ts"
import { MessageAllowance } from "./message-allowance.ts"
import { answeredError, errorFrame, idMember, messageFrame } from "./server-message.ts"
import { callerAs, isSameIdentity, tokenEndMs } from "./socket-caller.ts"
import type { SocketLimits } from "./socket-limits.ts"
import { SocketOutput } from "./socket-output.ts"
import { SocketSubscriptions } from "./socket-subscriptions.ts"

/** What all sockets share. */
export interface SocketParts {
  readonly live: LiveQueries
  readonly identify: (token: string) => Identity | Promise<Identity>
  /** Who acts where nobody has said who they are. */
  readonly nobody: () => Identity
  readonly subscriptionsMax: () => number
  /** Counts one question that costs as much as a request; throws where an address asks too much. */
  readonly countAsked: (caller: Caller) => void
  readonly limits: SocketLimits
  readonly logger: Logger
}

/** What one socket tells those who keep it. */
export interface SocketEvents {
  behind(socket: LiveSocket, bytes: number): void
  caughtUp(socket: LiveSocket): void
}

/** One connection of the kind. */
export interface Accepted {
  readonly ws: WebSocket
  readonly socket: Socket
  readonly clientId: string
  readonly caller: Caller
  /** The token that the caller came with. */
  readonly token: string | null
}

/** A moment later than the end of a token it is no longer taken. */
const afterEndMs = 20
const timerMsMax = 2 ** 31 - 1

/** Close codes of RFC 6455. */
const closeCodes = { goingAway: 1001, policy: 1008 } as const

/** One client: takes its messages in their order, one at a time, and knows who it is. */
export class LiveSocket {
  readonly #parts: SocketParts
  readonly #ws: WebSocket
  readonly #output: SocketOutput
  readonly #subscriptions: SocketSubscriptions
  readonly #allowance: MessageAllowance
  readonly #waiting: (() => void | Promise<void>)[] = []
  #caller: Caller
  #token: string | null
  #tokenEnd: NodeJS.Timeout | undefined
  #isWorking = false
  #isClosed = false
  #hasAnswered = true

  constructor(parts: SocketParts, accepted: Accepted, events: SocketEvents) {
    const { ws, socket, clientId, caller, token } = accepted
    this.#parts = parts
    this.#ws = ws
    this.#caller = caller
    this.#token = token
    this.#allowance = new MessageAllowance(parts.limits, performance.now())
    this.#output = new SocketOutput({
      ws,
      socket,
      limits: parts.limits,
      events: {
        behind: (bytes) => {
          this.#readOrWait()
          events.behind(this, bytes)
        },
        caughtUp: () => {
          events.caughtUp(this)
          this.#subscriptions.refresh()
          this.#readOrWait()
          void this.#work()
        },
      },
    })
    this.#subscriptions = new SocketSubscriptions({
      live: parts.live,
      output: this.#output,
      countMax: parts.subscriptionsMax,
      answered: (thrown) => this.#answered(thrown),
    })
    ws.on("message", (data, isBinary) => this.#receive(data as Buffer, isBinary))
    ws.on("ping", (data) => {
      if (this.#isAllowed(null)) this.#output.pong(data)
    })
    ws.on("pong", () => void (this.#hasAnswered = true))
    // ws closes the connection by itself, with the code that fits: a frame that is none, a message that is too large.
    ws.on("error", () => undefined)
    ws.on("close", () => this.#close())
    this.#awaitTokenEnd()
    this.#output.send(messageFrame({ type: "connected", payload: { client_id: clientId } }))
  }

  get untakenBytes(): number {
    return this.#ws.bufferedAmount
  }

  /** Pings, and cuts off a client that did not answer the last time. One that is behind is judged by what it takes. */
  beat(): void {
    if (this.#output.isBehind) return
    if (!this.#hasAnswered) return this.#ws.terminate()
    this.#hasAnswered = false
    this.#ws.ping()
  }

  /**
   * Asks again whose token it is: acts when it has ended, or when its account is not what it was. Never rejects: a socket
   * of which that cannot be told may hear no more, and its client comes back.
   */
  async recheck(): Promise<void> {
    try {
      await this.#recheckNow()
    } catch (error) {
      this.#answered(error)
      this.cutOff()
    }
  }

  async #recheckNow(): Promise<void> {
    const token = this.#token
    if (token === null || this.#isClosed) return
    let identity: Identity | null
    try {
      identity = await this.#parts.identify(token)
    } catch (error) {
      // A database that cannot be read now says nothing about the token, and nothing new can be read of it either.
      if (isAlyxError(error) && error.code !== "INVALID_TOKEN") return
      if (!isAlyxError(error)) this.#answered(error)
      identity = null
    }
    if (this.#token !== token || this.#isClosed) return
    if (identity === null) this.#signOutEnded()
    else if (!isSameIdentity(identity, this.#caller)) this.#become(identity, token, null)
    else this.#awaitTokenEnd()
  }

  /** Says goodbye: the client may come back, here or elsewhere. */
  goAway(): void {
    this.#close()
    this.#ws.close(closeCodes.goingAway, "The server is going away; connect again.")
  }

  cutOff(): void {
    this.#ws.terminate()
  }

  #receive(data: Buffer, isBinary: boolean): void {
    this.#hasAnswered = true
    if (this.#isClosed) return
    const read = readClientMessage(data, isBinary)
    if (!this.#isAllowed(read.id)) return
    this.#waiting.push(() => this.#answer(read))
    this.#readOrWait()
    void this.#work()
  }

  #isAllowed(id: string | null): boolean {
    switch (this.#allowance.take(performance.now())) {
      case "taken":
        return true
      case "refused":
        this.#output.send(
          errorFrame(
            alyxError("RATE_LIMITED", {
              message: `A socket may send ${this.#parts.limits.messagesPerSecond} messages a second.`,
              retryAfterSeconds: this.#allowance.waitSeconds,
            }),
            { id },
          ),
        )
        return false
      case "too far":
        this.#close()
        this.#ws.close(closeCodes.policy, "Too many messages.")
        return false
    }
  }

  /** Works while something waits, the client takes what is said, and it is there. */
  async #work(): Promise<void> {
    if (this.#isWorking) return
    this.#isWorking = true
    while (!this.#isClosed && !this.#output.isBehind) {
      const next = this.#waiting.shift()
      if (next === undefined) break
      await next()
      this.#readOrWait()
    }
    this.#isWorking = false
  }

  /** A client that is not listened to for a while waits in its own network: nothing is kept of it here. */
  #readOrWait(): void {
    const isWaiting = this.#output.isBehind || this.#waiting.length >= this.#parts.limits.waitingMax
    if (isWaiting === this.#ws.isPaused) return
    if (isWaiting) this.#ws.pause()
    else this.#ws.resume()
  }

  async #answer(read: ReadMessage): Promise<void> {
    try {
      if ("error" in read) throw read.error
      await this.#handle(read.message, read.id)
    } catch (error) {
      this.#output.send(errorFrame(this.#answered(error), { id: read.id }))
    }
  }

  async #handle(message: ClientMessage, id: string | null): Promise<void> {
    switch (message.type) {
      case "subscribe":
        this.#parts.countAsked(this.#caller)
        await this.#subscriptions.begin(this.#caller, message.payload, id)
        // The client may have left meanwhile.
        if (this.#isClosed) this.#subscriptions.clear()
        return
      case "unsubscribe": {
        const { subscription_id } = message.payload
        this.#subscriptions.end(subscription_id)
        return this.#output.send(messageFrame({ ...idMember(id), type: "unsubscribed", payload: { subscription_id } }))
      }
      case "auth": {
        const { token } = message.payload
        // Before the token is looked at, so that guessing is limited too.
        this.#parts.countAsked(this.#caller)
        const identity = token === null ? this.#parts.nobody() : await this.#parts.identify(token)
        return this.#become(identity, token, id)
      }
      case "ping":
        return this.#output.send(messageFrame({ ...idMember(id), type: "pong" }))
    }
  }

  /** From here on nothing is sent that the one before might see; the subscriptions go on as the new one. */
  #become(identity: Identity, token: string | null, id: string | null): void {
    const isSame = isSameIdentity(identity, this.#caller)
    this.#caller = callerAs(this.#caller, identity)
    this.#token = token
    this.#awaitTokenEnd()
    if (!isSame) this.#subscriptions.pause()
    this.#tellWho(id)
    if (isSame) return
    const resume = (): Promise<void> => this.#subscriptions.resume(this.#caller)
    // Before what the client asked for since: that is asked as the new caller.
    this.#waiting.unshift(resume)
    void this.#work()
  }

  #signOutEnded(): void {
    this.#subscriptions.failAll(
      alyxError("INVALID_TOKEN", {
        message: "The token that this was asked with has ended.",
        next: "Send a new one by an auth message, then subscribe again.",
      }),
    )
    this.#become(this.#parts.nobody(), null, null)
  }

  #tellWho(id: string | null): void {
    const { auth } = this.#caller
    const user = auth.id === null ? null : { id: auth.id, role: auth.role }
    this.#output.send(messageFrame({ ...idMember(id), type: "authenticated", payload: { user } }))
  }

  #awaitTokenEnd(): void {
    clearTimeout(this.#tokenEnd)
    const endMs = this.#token === null ? null : tokenEndMs(this.#token)
    if (endMs === null) return
    const waitMs = endMs + afterEndMs - Date.now()
    // One that should have ended and is taken all the same is asked about with all the others.
    if (waitMs <= 0) return
    this.#tokenEnd = setTimeout(() => void this.recheck(), Math.min(waitMs, timerMsMax)).unref()
  }

  #answered(thrown: unknown): AlyxError {
    const error = answeredError(thrown)
    if (error.code === "INTERNAL") {
      this.#parts.logger.error("unexpected error", { requestId: this.#caller.requestId, error: error.cause ?? error })
    }
    return error
  }

  #close(): void {
    this.#isClosed = true
    clearTimeout(this.#tokenEnd)
    this.#waiting.length = 0
    this.#subscriptions.clear()
  }
}
