import type { LiveQueryRequest } from "../../protocol/realtime-api.ts"
import type { Caller } from "../caller.ts"
import type { Recipient } from "./fan-out.ts"
import type { LiveGroup } from "./group.ts"
import type { Subscriber, Subscription } from "./live-queries.ts"

/** What LiveSubscription is made of. */
export interface LiveSubscriptionOptions {
  readonly subscriber: Subscriber
  readonly caller: Caller
  readonly query: LiveQueryRequest
  readonly onEnd: () => void
  /** Called when everything is to be told anew. */
  readonly onRefresh: () => void
}

/** One query that one subscriber follows: who asks for what, and the group that it is in. */
export class LiveSubscription implements Subscription, Recipient {
  readonly caller: Caller
  readonly query: LiveQueryRequest
  readonly subscriber: Subscriber
  readonly #options: LiveSubscriptionOptions
  /** Null before it has joined, while the schema is replaced, and after the end. */
  group: LiveGroup | null = null
  isEnded = false
  toldThrough = 0
  /** Whether the client can take everything now. */
  isReady: () => boolean = () => true

  constructor(options: LiveSubscriptionOptions) {
    this.#options = options
    this.caller = options.caller
    this.query = options.query
    this.subscriber = options.subscriber
  }

  refresh(isReady: () => boolean): void {
    if (this.isEnded) return
    this.isReady = isReady
    // Whatever is under way is contained in what comes.
    this.toldThrough = Number.POSITIVE_INFINITY
    this.#options.onRefresh()
  }

  end(): void {
    if (this.isEnded) return
    this.isEnded = true
    this.#options.onEnd()
  }
}
