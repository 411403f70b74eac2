import { alyxError, isAlyxError } from "../../errors.ts"
import type { LiveQueryRequest } from "../../protocol/realtime-api.ts"
import type { Caller } from "../caller.ts"
import type { Recipient } from "./fan-out.ts"
import type { LiveGroup } from "./group.ts"
import type { LiveMessage, Subscriber, Subscription } from "./live-queries.ts"

/** What LiveSubscription is made of. */
export interface LiveSubscriptionOptions {
  readonly subscriber: Subscriber
  readonly caller: Caller
  readonly query: LiveQueryRequest
  readonly onEnd: () => void
  readonly onSnapshot: () => LiveMessage
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

  constructor(options: LiveSubscriptionOptions) {
    this.#options = options
    this.caller = options.caller
    this.query = options.query
    this.subscriber = options.subscriber
  }

  snapshot(): LiveMessage {
    if (this.isEnded) return { type: "error", error: alyxError("SUBSCRIPTION_NOT_FOUND") }
    try {
      return this.#options.onSnapshot()
    } catch (error) {
      this.end()
      return { type: "error", error: isAlyxError(error) ? error : alyxError("INTERNAL", { cause: error }) }
    }
  }

  end(): void {
    if (this.isEnded) return
    this.isEnded = true
    this.#options.onEnd()
  }
}
