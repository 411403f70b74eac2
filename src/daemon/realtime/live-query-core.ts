import { alyxError, isAlyxError } from "../../errors.ts"
import type { AlyxError } from "../../errors.ts"
import type { Schema } from "../../schema/schema.ts"
import type { Caller } from "../caller.ts"
import { parseLiveQuery } from "../records/live-query.ts"
import type { LiveQuery } from "../records/live-query.ts"
import type { RecordParts } from "../records/records.ts"
import type { Service } from "../service.ts"
import type { Signals } from "../signals/signals.ts"
import type { Reader } from "../storage/database.ts"
import { CatchUp } from "./catch-up.ts"
import { ChangeFeed } from "./change-feed.ts"
import { CommitWatch } from "./commit-watch.ts"
import type { Share } from "./fair-queue.ts"
import { FanOut } from "./fan-out.ts"
import { firstMessages } from "./first-messages.ts"
import type { Entry } from "./first-messages.ts"
import type { LiveGroup } from "./group.ts"
import { isPassing, LiveGroups } from "./live-groups.ts"
import type { LiveMessage, LiveQueries, LiveQueryStats, SubscribeRequest, Subscriber } from "./live-queries.ts"
import type { Subscription } from "./live-queries.ts"
import { LiveSubscription } from "./live-subscription.ts"
import { LiveTurns, retryMs } from "./live-turns.ts"
import type { TurnEnd } from "./live-turns.ts"
import { ReadTooSlow } from "./query-reads.ts"
import { SlowReads } from "./slow-reads.ts"

/** What LiveQueryCore needs. */
export interface LiveQueryCoreOptions {
  readonly records: Pick<RecordParts, "database" | "schemas" | "limits">
  readonly signals: Signals
  /** realtime.poll_interval, read at each look. */
  readonly pollIntervalMs: () => number
  /** Called with what went wrong with nobody to be told. */
  readonly onWarning: (error: unknown) => void
}

/** How long one turn may work; then requests are answered first. */
const sliceMsMax = 5

/** How often somebody tries to join while the schema or the data is replaced. */
const joinCountMax = 5

/**
 * Follows queries. Each turn reads the change log to its end, marks the groups that it concerns, brings them up to now and
 * hands out what changed: in slices, until nothing is left. Without subscriptions nothing is done.
 */
export class LiveQueryCore implements LiveQueries, Service {
  readonly #options: LiveQueryCoreOptions
  readonly #fanOut = new FanOut()
  readonly #feed = new ChangeFeed()
  readonly #watch: CommitWatch
  readonly #slow: SlowReads
  readonly #catchUp: CatchUp
  readonly #subscriptions = new Set<LiveSubscription>()
  /** Those whose groups ended with their schema, until they have one of the new schema. */
  readonly #homeless = new Set<LiveSubscription>()
  readonly #stops: (() => void)[] = []
  readonly #turns: LiveTurns
  #schema: Schema | undefined
  #groups: LiveGroups
  #isStopped = false

  constructor(options: LiveQueryCoreOptions) {
    this.#options = options
    this.#turns = new LiveTurns({
      isWanted: () => !this.#isStopped && this.#subscriptions.size > 0,
      work: () => this.#workSome(),
      beforeRetry: () => {
        this.#groups.retry()
        this.#catchUp.releaseAll()
      },
      onWarning: options.onWarning,
    })
    this.#watch = new CommitWatch({
      database: options.records.database,
      signals: options.signals,
      pollIntervalMs: options.pollIntervalMs,
      onNews: () => this.#turns.wake(),
    })
    this.#slow = new SlowReads({
      database: options.records.database,
      groups: () => this.#groups,
      shareOf: ({ recipients: [first] }) => shareOf(first?.caller),
      onRead: (group) => {
        this.#catchUp.release(group)
        this.#dropIfUnused(group)
        this.#turns.wake()
      },
    })
    this.#catchUp = new CatchUp({
      fanOut: this.#fanOut,
      groups: () => this.#groups,
      end: (subscription, error) => this.#endWith(subscription, error),
    })
    this.#groups = this.#makeGroups("")
  }

  async start(): Promise<void> {
    this.#stops.push(this.#options.signals.on("schema", () => this.#schemaCame()))
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    for (const stop of this.#stops.splice(0)) stop()
    this.#rest()
    this.#fanOut.clear()
    await this.#slow.stop()
  }

  async subscribe({ caller, query, isReset = false }: SubscribeRequest, subscriber: Subscriber): Promise<Subscription> {
    const subscription = new LiveSubscription({
      subscriber,
      caller,
      query,
      onEnd: () => this.#ended(subscription),
      onRefresh: () => {
        this.#catchUp.add(subscription)
        this.#turns.wake()
      },
    })
    this.#subscriptions.add(subscription)
    try {
      await this.#join(subscription, { isReset, since: isReset ? undefined : query.since })
    } catch (error) {
      subscription.end()
      throw error
    }
    return subscription
  }

  stats(): LiveQueryStats {
    return {
      subscriptions: this.#subscriptions.size,
      groups: this.#groups.size,
      messages: this.#fanOut.deliveredCount,
      slowestFanOutMs: this.#turns.slowestMs,
    }
  }

  /** Puts a subscription into its group, and tells it what it has to begin with. */
  async #join(subscription: LiveSubscription, entry: Entry): Promise<void> {
    for (let attempt = 0; attempt < joinCountMax; attempt += 1) {
      if (subscription.isEnded) return
      if (this.#isStopped) throw alyxError("SHUTTING_DOWN")
      this.#takeSchema()
      const query = this.#parse(subscription)
      if (this.#joinNow(subscription, query, entry)) return
      if (await this.#joinSlowly(subscription, query, entry)) return
    }
    throw alyxError("DATABASE_BUSY", {
      message: "The schema or the data is being replaced.",
      next: "Ask again.",
      retryAfterSeconds: 1,
    })
  }

  /** Joins in this turn; false when the query is too slow for that. */
  #joinNow(subscription: LiveSubscription, query: LiveQuery, entry: Entry): boolean {
    const groups = this.#groups
    let opened: LiveGroup | undefined
    try {
      const { group, messages } = this.#read((reader) => {
        opened = groups.find(query.key) === undefined ? groups.open(query) : undefined
        const found = opened ?? groups.find(query.key)
        if (found === undefined || !groups.bringUp(reader, found)) throw new ReadTooSlow()
        return { group: found, messages: firstMessages({ reader, groups, group: found }, entry) }
      })
      this.#settle(subscription, group, messages)
      return true
    } catch (error) {
      if (opened !== undefined && opened.recipients.size === 0) groups.drop(opened)
      this.#restIfIdle()
      if (error instanceof ReadTooSlow) return false
      throw error
    }
  }

  /** Joins when another process has read the query; false when the group ended meanwhile. */
  #joinSlowly(subscription: LiveSubscription, query: LiveQuery, entry: Entry): Promise<boolean> {
    const groups = this.#groups
    const group = groups.find(query.key) ?? this.#read(() => groups.openUnread(query))
    return new Promise((resolve, reject) => {
      this.#slow.wait(group, {
        share: shareOf(subscription.caller),
        isWanted: () => !subscription.isEnded && subscription.subscriber.isGone?.() !== true,
        joined: () => {
          if (this.#groups !== groups || groups.find(query.key) !== group) return resolve(false)
          const isReset = entry.isReset || entry.since !== undefined
          const members = groups.snapshot(group, isReset)
          this.#settle(subscription, group, [{ type: "snapshot", members, seq: group.seq }])
          resolve(true)
        },
        failed: (error) => {
          if (groups.find(query.key) === group && group.recipients.size === 0) groups.drop(group)
          this.#restIfIdle()
          reject(error)
        },
      })
    })
  }

  #settle(subscription: LiveSubscription, group: LiveGroup, messages: readonly LiveMessage[]): void {
    if (subscription.isEnded) return this.#dropIfUnused(group)
    this.#homeless.delete(subscription)
    this.#catchUp.delete(subscription)
    subscription.group = group
    group.recipients.add(subscription)
    for (const message of messages) this.#fanOut.tellNow(message, subscription)
  }

  /** Reads with the change log read to its end. */
  #read<T>(work: (reader: Reader) => T): T {
    return this.#options.records.database.read((reader) => {
      if (!this.#watch.isRunning) {
        this.#feed.start(reader)
        this.#watch.start()
      } else if (this.#groups.look(reader)) this.#turns.wake()
      return work(reader)
    })
  }

  #parse({ caller, query }: LiveSubscription): LiveQuery {
    const { schemas, limits } = this.#options.records
    return parseLiveQuery(limits, { schema: schemas.current, caller, query })
  }

  #workSome(): TurnEnd {
    this.#takeSchema()
    if (this.#fanOut.isEmpty) this.#advance()
    this.#fanOut.run(performance.now() + sliceMsMax)
    if (!this.#catchUp.isIdle) this.#tellThoseBehind()
    const isDone = !this.#groups.isBehind && this.#fanOut.isEmpty && this.#catchUp.isIdle && this.#homeless.size === 0
    return { isDone, needsRetry: this.#groups.needsRetry }
  }

  #advance(): void {
    const endsAtMs = performance.now() + sliceMsMax
    this.#rehouse(endsAtMs)
    this.#options.records.database.read((reader) => {
      this.#groups.look(reader)
      this.#groups.advance(reader, endsAtMs)
    })
  }

  #tellThoseBehind(): void {
    const endsAtMs = performance.now() + sliceMsMax
    this.#read((reader) => this.#catchUp.run(reader, endsAtMs))
  }

  /** At once: the next turn of the old groups would read tables that are no longer there. */
  #schemaCame(): void {
    if (this.#subscriptions.size === 0) return
    this.#takeSchema()
    this.#turns.wake()
  }

  /** Makes the served schema that of the groups; those of another one end, and their subscriptions join new ones. */
  #takeSchema(): void {
    const { current } = this.#options.records.schemas
    if (current === this.#schema) return
    this.#schema = current
    const old = this.#groups
    this.#groups = this.#makeGroups(current.hash)
    for (const group of old.all()) {
      for (const subscription of group.recipients) {
        subscription.group = null
        this.#homeless.add(subscription)
      }
    }
  }

  #rehouse(endsAtMs: number): void {
    for (const subscription of this.#homeless) {
      this.#joinAgain(subscription)
      if (performance.now() > endsAtMs) return
    }
  }

  /** Joins a group of the new schema, with a snapshot that replaces everything; a query that no longer fits ends. */
  #joinAgain(subscription: LiveSubscription): void {
    this.#homeless.delete(subscription)
    const entry = { isReset: true, since: undefined }
    try {
      const query = this.#parse(subscription)
      if (this.#joinNow(subscription, query, entry)) return
      this.#join(subscription, entry).catch((error: unknown) => this.#joinFailed(subscription, error))
    } catch (error) {
      this.#joinFailed(subscription, error)
    }
  }

  #joinFailed(subscription: LiveSubscription, error: unknown): void {
    if (!isPassing(error)) return this.#endWith(subscription, error)
    setTimeout(() => {
      if (subscription.isEnded) return
      this.#homeless.add(subscription)
      this.#turns.wake()
    }, retryMs).unref()
  }

  #endWith(subscription: LiveSubscription, error: unknown): void {
    if (subscription.isEnded) return
    if (!isAlyxError(error)) this.#options.onWarning(error)
    const told = isAlyxError(error) ? error : alyxError("INTERNAL", { cause: error })
    this.#fanOut.tellNow({ type: "error", error: told }, subscription)
    subscription.end()
  }

  #makeGroups(schemaHash: string): LiveGroups {
    return new LiveGroups({
      database: this.#options.records.database,
      fanOut: this.#fanOut,
      schemaHash,
      feed: this.#feed,
      onSlow: (group) => this.#slow.read(group),
      onEnded: (group, error) => this.#groupEnded(group, error),
      onFault: this.#options.onWarning,
    })
  }

  #groupEnded(group: LiveGroup, error: AlyxError): void {
    for (const subscription of group.recipients) this.#endWith(subscription, error)
  }

  #ended(subscription: LiveSubscription): void {
    this.#subscriptions.delete(subscription)
    this.#homeless.delete(subscription)
    this.#catchUp.delete(subscription)
    const { group } = subscription
    subscription.group = null
    if (group !== null) {
      group.recipients.delete(subscription)
      this.#dropIfUnused(group)
    }
    this.#restIfIdle()
  }

  #dropIfUnused(group: LiveGroup): void {
    if (group.recipients.size > 0 || this.#slow.isAwaited(group)) return
    this.#slow.forget(group)
    this.#groups.drop(group)
  }

  #restIfIdle(): void {
    if (this.#subscriptions.size === 0) this.#rest()
  }

  #rest(): void {
    this.#watch.stop()
    this.#groups = this.#makeGroups(this.#schema?.hash ?? "")
    this.#turns.rest()
  }
}

/** Each socket asks by a request of its own. */
function shareOf(caller: Caller | undefined): Share {
  return { payer: caller?.address ?? "", part: caller?.requestId ?? "" }
}
