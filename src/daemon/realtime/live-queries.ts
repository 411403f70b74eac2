import type { AlyxError } from "../../errors.ts"
import type { LiveQueryRequest } from "../../protocol/realtime-api.ts"
import type { Caller } from "../caller.ts"

/**
 * The vocabulary of this folder. The core (feed, groups, windows) follows queries and tells subscribers; the edge
 * (socket) speaks WebSocket. The core knows nothing of sockets, the edge nothing of queries.
 */

/** What one subscription is told. */
export type LiveMessage =
  | {
      readonly type: "snapshot" | "delta" | "resumed"
      /**
       * The members of the payload besides `subscription_id`, as JSON text without braces: `"docs":[…],"total":2,"seq":7,"resume":"…"`.
       * Encoded once a group; shared, so nobody may change it.
       */
      readonly members: string
      readonly seq: number
    }
  /** The subscription has ended. */
  | { readonly type: "error"; readonly error: AlyxError }

/** Who is told. `deliver` must return at once and must not throw. */
export interface Subscriber {
  deliver(message: LiveMessage): void
  /** True when nobody is there any more: what has not begun yet need not. */
  isGone?(): boolean
}

/** One query that one subscriber follows. */
export interface Subscription {
  /**
   * For a client that could not follow: nothing more is told until the present state is, as a snapshot with
   * `reset: true`. That takes as long as others must not be held up. `isReady` is asked right before: when the client
   * cannot take it after all, nothing is told until this is called again.
   */
  refresh(isReady: () => boolean): void
  end(): void
}

/** What is asked to be followed. */
export interface SubscribeRequest {
  readonly caller: Caller
  readonly query: LiveQueryRequest
  /** A resubscription after the caller changed: the first snapshot says `reset: true`. */
  readonly isReset?: boolean
}

/** The core, as the edge sees it. */
export interface LiveQueries {
  /**
   * Begins to follow. The first message (snapshot, delta or resumed) is delivered before the promise resolves, and
   * everything after it in order. Throws what is wrong with the query, as a list does.
   */
  subscribe(request: SubscribeRequest, subscriber: Subscriber): Promise<Subscription>
  stats(): LiveQueryStats
}

export interface LiveQueryStats {
  readonly subscriptions: number
  readonly groups: number
  /** Messages handed to subscribers since the start. */
  readonly messages: number
  /** Milliseconds of the slowest fan-out of the last minute. */
  readonly slowestFanOutMs: number
}
