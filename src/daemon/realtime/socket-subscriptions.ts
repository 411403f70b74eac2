import { alyxError } from "../../errors.ts"
import type { AlyxError } from "../../errors.ts"
import type { LiveQueryRequest } from "../../protocol/realtime-api.ts"
import type { Caller } from "../caller.ts"
import type { LiveMessage, LiveQueries, Subscription } from "./live-queries.ts"
import { documentsFrame, errorFrame } from "./server-message.ts"
import type { SocketOutput } from "./socket-output.ts"

/** A query that a client follows: the same for it whoever it is, while underneath another begins with each change of caller. */
interface Followed {
  readonly id: string
  readonly query: LiveQueryRequest
  /** The id of the message that asked for it, until that is answered. */
  replyTo: string | null
  /** Null while it begins. */
  live: Subscription | null
  /** Grows whenever what was begun no longer counts. */
  run: number
}

export interface SubscriptionsParts {
  readonly live: LiveQueries
  readonly output: SocketOutput
  readonly countMax: () => number
  /** An error that is a bug goes to the log by it. */
  readonly answered: (thrown: unknown) => AlyxError
}

/** What one socket follows. */
export class SocketSubscriptions {
  readonly #parts: SubscriptionsParts
  readonly #all = new Map<string, Followed>()
  /** Those of which something was not sent since the client was behind, the one that waits longest first. */
  readonly #stale = new Set<Followed>()
  #nextId = 1

  constructor(parts: SubscriptionsParts) {
    this.#parts = parts
  }

  get count(): number {
    return this.#all.size
  }

  /** Begins to follow; the first message answers the one that asked. Throws what is wrong with the query. */
  async begin(caller: Caller, query: LiveQueryRequest, replyTo: string | null): Promise<void> {
    const countMax = this.#parts.countMax()
    if (this.#all.size >= countMax) {
      throw alyxError("TOO_MANY_SUBSCRIPTIONS", {
        message: `This socket follows ${this.#all.size} queries, and may follow ${countMax}.`,
        next: "End some with unsubscribe, or raise realtime.subscriptions_max.",
      })
    }
    const followed: Followed = {
      id: `sub_${(this.#nextId++).toString(36)}`,
      query,
      replyTo,
      live: null,
      run: 0,
    }
    this.#all.set(followed.id, followed)
    await this.#follow(followed, caller, false).catch((error: unknown) => {
      this.#all.delete(followed.id)
      throw error
    })
  }

  end(subscriptionId: string): void {
    const followed = this.#all.get(subscriptionId)
    if (followed === undefined) {
      throw alyxError("SUBSCRIPTION_NOT_FOUND", { message: "This socket follows nothing with this subscription_id." })
    }
    this.#stop(followed)
    this.#all.delete(subscriptionId)
  }

  /** Nothing more is delivered; the subscriptions wait for `resume`, since somebody else is to get them. */
  pause(): void {
    for (const followed of this.#all.values()) this.#stop(followed)
  }

  /** Goes on with everything that was paused, as this caller, from a fresh snapshot. */
  async resume(caller: Caller): Promise<void> {
    const paused = [...this.#all.values()].filter(({ live }) => live === null)
    for (const followed of paused) {
      if (this.#all.get(followed.id) !== followed || followed.live !== null) continue
      try {
        // One after the other, so that a change of role does not cost a client's hundred queries at once.
        await this.#follow(followed, caller, true)
      } catch (error) {
        this.#fail(followed, this.#parts.answered(error))
      }
    }
  }

  /** Ends everything, and tells the client why. */
  failAll(error: AlyxError): void {
    for (const followed of this.#all.values()) this.#fail(followed, error)
  }

  /** Ends everything without a word: nobody is there any more. */
  clear(): void {
    this.pause()
    this.#all.clear()
  }

  /** Has those brought up to date whose messages were not sent; each when its turn comes, unless the client is behind again. */
  refresh(): void {
    for (const followed of this.#stale) {
      if (followed.live === null) continue
      this.#stale.delete(followed)
      followed.live.refresh(() => this.#isReady(followed))
    }
  }

  #isReady(followed: Followed): boolean {
    if (!this.#parts.output.isBehind) return true
    this.#stale.add(followed)
    return false
  }

  /** Throws only while the outcome still counts: what was stopped meanwhile is somebody else's to answer. */
  async #follow(followed: Followed, caller: Caller, isReset: boolean): Promise<void> {
    followed.run += 1
    const { run } = followed
    const { live, output } = this.#parts
    const { since: _since, ...whole } = followed.query
    let subscription: Subscription
    try {
      subscription = await live.subscribe(
        { caller, query: isReset ? whole : followed.query, ...(isReset ? { isReset } : {}) },
        { deliver: (message) => this.#deliver(followed, run, message), isGone: () => followed.run !== run },
      )
    } catch (error) {
      if (followed.run !== run) return
      throw error
    }
    if (followed.run !== run) return subscription.end()
    followed.live = subscription
    if (!output.isBehind) this.refresh()
  }

  #deliver(followed: Followed, run: number, message: LiveMessage): void {
    if (followed.run !== run) return
    if (message.type === "error") return this.#fail(followed, message.error)
    const { output } = this.#parts
    if (output.isBehind || this.#stale.has(followed)) return void this.#stale.add(followed)
    output.send(documentsFrame(message, followed.id, followed.replyTo))
    followed.replyTo = null
  }

  #fail(followed: Followed, error: AlyxError): void {
    this.#stop(followed)
    this.#all.delete(followed.id)
    this.#parts.output.send(errorFrame(error, { id: followed.replyTo, subscriptionId: followed.id }))
  }

  #stop(followed: Followed): void {
    followed.run += 1
    followed.live?.end()
    followed.live = null
    this.#stale.delete(followed)
  }
}
