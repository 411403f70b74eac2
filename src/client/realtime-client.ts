import { setTimeout as delay } from "node:timers/promises"

import { isAlyxError } from "../errors.ts"
import type { AlyxError } from "../errors.ts"
import type { DeltaPayload, LiveQueryRequest, ServerMessage, SnapshotPayload } from "../protocol/realtime-api.ts"
import { RealtimeSocket } from "./realtime-socket.ts"
import type { RealtimeAddress } from "./realtime-socket.ts"
import { errorFromWire } from "./socket-request.ts"

/** What is followed, where, and as whom. */
export interface FollowOptions {
  readonly address: RealtimeAddress
  readonly query: LiveQueryRequest
  /** Who follows it; without one it is whoever opened the connection. */
  readonly token?: string
  /** Ends it without an error. */
  readonly signal?: AbortSignal
  readonly delays?: RetryDelays
}

/** What is heard of a query. */
export type FollowedEvent =
  | { readonly type: "snapshot"; readonly payload: SnapshotPayload }
  | { readonly type: "delta"; readonly payload: DeltaPayload }
  /** Nothing was missed while the connection was lost; what changed meanwhile comes as a delta. */
  | { readonly type: "resumed" }
  /** The connection was lost, and is taken up again after this pause. */
  | { readonly type: "lost"; readonly retryMs: number; readonly reason: string | null }

/** The pause before a connection is taken up again doubles from the first to the longest. */
export interface RetryDelays {
  readonly firstMs: number
  readonly longestMs: number
}

const usualDelays: RetryDelays = { firstMs: 250, longestMs: 10_000 }

/** Errors that pass: the server is starting, stopping, or has too much to do. */
const passing = new Set<string>([
  "STARTING",
  "SHUTTING_DOWN",
  "OVERLOADED",
  "RATE_LIMITED",
  "TOO_MANY_CONNECTIONS",
  "NO_DAEMON",
  "DAEMON_UNREACHABLE",
])

/**
 * Follows a query until the signal. A connection that is lost is taken up again, from where it was lost where the
 * server can still tell. Throws what is wrong with the query, and the first time also that there is no server.
 */
export async function* followQuery(options: FollowOptions): AsyncGenerator<FollowedEvent> {
  const { signal, delays = usualDelays } = options
  let since = options.query.since
  let retryMs = delays.firstMs
  let wasHeard = false
  const isEnded = (): boolean => signal?.aborted === true
  while (!isEnded()) {
    let reason: AlyxError | null = null
    try {
      for await (const event of followOnce(options, since)) {
        if (event.type !== "resumed") since = event.payload.resume
        wasHeard = true
        retryMs = delays.firstMs
        yield event
      }
    } catch (error) {
      if (isEnded()) return
      if (!wasHeard || !isAlyxError(error) || !passing.has(error.code)) throw error
      reason = error
    }
    if (isEnded()) return
    yield { type: "lost", retryMs, reason: reason?.message ?? null }
    // Many clients lose the same server at the same moment, and should not come back at the same one.
    const pauseMs = retryMs * (0.5 + Math.random() / 2)
    await delay(pauseMs, undefined, signal === undefined ? {} : { signal }).catch(() => undefined)
    retryMs = Math.min(delays.longestMs, retryMs * 2)
  }
}

/** One connection: ends without an error when it is lost. */
async function* followOnce(
  { address, query, token, signal }: FollowOptions,
  since: string | undefined,
): AsyncGenerator<Exclude<FollowedEvent, { readonly type: "lost" }>> {
  const socket = await RealtimeSocket.open(address, signal)
  try {
    if (token !== undefined) socket.send({ id: "auth", type: "auth", payload: { token } })
    socket.send({ id: "query", type: "subscribe", payload: { ...query, ...(since === undefined ? {} : { since }) } })
    for await (const message of socket.messages()) {
      const event = eventOf(message)
      if (event !== null) yield event
    }
  } finally {
    socket.close()
  }
}

function eventOf(message: ServerMessage): Exclude<FollowedEvent, { readonly type: "lost" }> | null {
  switch (message.type) {
    case "snapshot":
    case "delta":
      return message
    case "resumed":
      return { type: "resumed" }
    case "error":
      throw errorFromWire(message.payload)
    case "connected":
    case "authenticated":
    case "unsubscribed":
    case "pong":
      return null
  }
}
