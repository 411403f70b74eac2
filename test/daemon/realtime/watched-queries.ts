import type { Caller } from "../../../src/daemon/caller.ts"
import type {
  LiveQueries,
  LiveQueryStats,
  SubscribeRequest,
  Subscriber,
  Subscription,
} from "../../../src/daemon/realtime/live-queries.ts"
import type { LiveQueryCore } from "../../../src/daemon/realtime/live-query-core.ts"

/** The real live queries, with an eye on who asks, and a hand on when a subscription has begun. */
export class WatchedQueries implements LiveQueries {
  readonly core: LiveQueryCore
  /** Who asked, in their order. */
  readonly callers: Caller[] = []
  #held: { readonly reach: () => void; readonly released: Promise<void> } | undefined

  constructor(core: LiveQueryCore) {
    this.core = core
  }

  /** The next subscription has its snapshot and is not begun until it is released. */
  hold(): { readonly reached: Promise<void>; release(): void } {
    const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    this.#held = { reach: reached.resolve, released: released.promise }
    return { reached: reached.promise, release: released.resolve }
  }

  async subscribe(request: SubscribeRequest, subscriber: Subscriber): Promise<Subscription> {
    this.callers.push(request.caller)
    const held = this.#held
    this.#held = undefined
    const subscription = await this.core.subscribe(request, subscriber)
    held?.reach()
    await held?.released
    return subscription
  }

  stats(): LiveQueryStats {
    return this.core.stats()
  }
}
