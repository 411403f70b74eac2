import type { Reader } from "../storage/database.ts"
import type { FanOut } from "./fan-out.ts"
import type { LiveGroup } from "./group.ts"
import { isPassing } from "./live-groups.ts"
import type { LiveGroups } from "./live-groups.ts"
import type { LiveSubscription } from "./live-subscription.ts"

/** What CatchUp needs. */
export interface CatchUpOptions {
  readonly fanOut: FanOut
  /** The groups of the present schema. */
  readonly groups: () => LiveGroups
  /** Called where everything cannot be told at all. */
  readonly end: (subscription: LiveSubscription, error: unknown) => void
}

/**
 * Subscriptions that could not follow and are to be told everything: in their order, a few in each turn, and those whose
 * groups are read elsewhere when that is done. So nobody else waits for what one client has missed.
 */
export class CatchUp {
  readonly #options: CatchUpOptions
  readonly #ready = new Set<LiveSubscription>()
  readonly #held = new Map<LiveGroup, Set<LiveSubscription>>()
  readonly #heldBy = new Map<LiveSubscription, LiveGroup>()

  constructor(options: CatchUpOptions) {
    this.#options = options
  }

  /** True when nothing can be told now. */
  get isIdle(): boolean {
    return this.#ready.size === 0
  }

  add(subscription: LiveSubscription): void {
    this.delete(subscription)
    this.#ready.add(subscription)
  }

  delete(subscription: LiveSubscription): void {
    this.#ready.delete(subscription)
    const group = this.#heldBy.get(subscription)
    if (group === undefined) return
    this.#heldBy.delete(subscription)
    const held = this.#held.get(group)
    held?.delete(subscription)
    if (held?.size === 0) this.#held.delete(group)
  }

  /** Those who waited for a group are next. */
  release(group: LiveGroup): void {
    for (const subscription of this.#held.get(group) ?? []) {
      this.#heldBy.delete(subscription)
      this.#ready.add(subscription)
    }
    this.#held.delete(group)
  }

  releaseAll(): void {
    for (const group of this.#held.keys()) this.release(group)
  }

  /** Tells one after the other until the time is up. */
  run(reader: Reader, endsAtMs: number): void {
    for (const subscription of this.#ready) {
      this.#ready.delete(subscription)
      this.#tell(reader, subscription)
      if (performance.now() > endsAtMs) return
    }
  }

  #tell(reader: Reader, subscription: LiveSubscription): void {
    const { group } = subscription
    // Who has no group yet is told everything on joining one.
    if (group === null || !subscription.isReady()) return
    const groups = this.#options.groups()
    try {
      groups.bringUp(reader, group)
      if (subscription.group !== group) return
      const members = groups.snapshot(group, true)
      this.#options.fanOut.tellNow({ type: "snapshot", members, seq: group.seq }, subscription)
    } catch (error) {
      if (!isPassing(error)) return this.#options.end(subscription, error)
      if (!groups.isWaiting(group)) groups.failed(group, error)
      this.#hold(group, subscription)
    }
  }

  #hold(group: LiveGroup, subscription: LiveSubscription): void {
    this.#heldBy.set(subscription, group)
    const held = this.#held.get(group)
    if (held === undefined) this.#held.set(group, new Set([subscription]))
    else held.add(subscription)
  }
}
