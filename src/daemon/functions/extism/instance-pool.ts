import type { PlaceWish } from "../runtime.ts"
import type { ExtismPlugin } from "./extism-runtime.ts"
import { copyOfData } from "./plugin-data.ts"
import type { PoolThread, ThreadKind } from "./pool-thread.ts"

/** An instance of a plug-in on a thread, as the main thread keeps it. */
export interface PooledInstance {
  readonly id: number
  readonly plugin: ExtismPlugin
  readonly thread: PoolThread
  /** Of performance.now(); null while it serves a call. */
  idleSinceMs: number | null
}

/** What InstancePool needs. */
export interface InstancePoolOptions {
  /** Threads of each kind; solo ones may be more by the depth of a call. */
  readonly threadsMax: () => number
  readonly startThread: (kind: ThreadKind) => PoolThread
  readonly endThread: (thread: PoolThread) => void
}

/**
 * Knows every instance and every thread, and finds a place for a call: an idle instance, else a new one, for which the one idle
 * longest makes room at the limit.
 */
export class InstancePool {
  readonly #options: InstancePoolOptions
  readonly #instances = new Map<number, PooledInstance>()
  readonly #threads = new Set<PoolThread>()
  #lastId = 0

  constructor(options: InstancePoolOptions) {
    this.#options = options
  }

  get instanceCount(): number {
    return this.#instances.size
  }

  get threads(): ReadonlySet<PoolThread> {
    return this.#threads
  }

  /** Takes an idle instance or makes one; null where there is no room. It is busy from now on. */
  take(plugin: ExtismPlugin, wish: Pick<PlaceWish, "depth" | "isFresh" | "instancesMax">): PooledInstance | null {
    const idle = wish.isFresh ? undefined : this.#findIdle(plugin)
    if (idle !== undefined) {
      idle.idleSinceMs = null
      idle.thread.busyCount += 1
      return idle
    }
    if (this.#instances.size >= wish.instancesMax + wish.depth && !this.#dropIdleLongest()) return null
    const thread = this.#findThread(plugin.isInterruptible ? "shared" : "solo", wish.depth)
    if (thread === null) return null
    thread.busyCount += 1
    return this.#make(plugin, thread, { isEager: false })
  }

  /** Makes an instance that waits for its first call; false where there is no room. */
  addIdle(plugin: ExtismPlugin, instancesMax: number): boolean {
    if (this.#instances.size >= instancesMax) return false
    const thread = this.#findThread(plugin.isInterruptible ? "shared" : "solo", 0)
    if (thread === null) return false
    this.#make(plugin, thread, { isEager: true }).idleSinceMs = performance.now()
    return true
  }

  /** The call has ended: the instance is kept for the next one, or goes. */
  giveBack(instance: PooledInstance, { isKept }: { readonly isKept: boolean }): void {
    if (!this.#instances.has(instance.id)) return
    instance.thread.busyCount -= 1
    if (isKept) instance.idleSinceMs = performance.now()
    else this.#drop(instance)
  }

  idleOf(plugin: ExtismPlugin): PooledInstance[] {
    return [...this.#instances.values()].filter((one) => one.plugin === plugin && one.idleSinceMs !== null)
  }

  dropIdle(instance: PooledInstance): void {
    if (instance.idleSinceMs !== null) this.#drop(instance)
  }

  /** Idle instances of all plug-ins, those that were used last at the end. */
  idle(): PooledInstance[] {
    return [...this.#instances.values()]
      .filter((one) => one.idleSinceMs !== null)
      .toSorted((a, b) => a.idleSinceMs! - b.idleSinceMs!)
  }

  /** Ends the solo threads without instances; shared ones stay, since a thread takes longer to begin than a call should. */
  endUnused(): void {
    const used = new Set([...this.#instances.values()].map(({ thread }) => thread))
    for (const thread of this.#threads) {
      if (thread.kind === "shared" || used.has(thread)) continue
      this.#threads.delete(thread)
      this.#options.endThread(thread)
    }
  }

  /** The thread is no more, and with it its instances. */
  forget(thread: PoolThread): void {
    this.#threads.delete(thread)
    for (const instance of this.#instances.values()) {
      if (instance.thread === thread) this.#instances.delete(instance.id)
    }
  }

  #findIdle(plugin: ExtismPlugin): PooledInstance | undefined {
    return this.idleOf(plugin)
      .filter(({ thread }) => thread.kind === "shared" || thread.busyCount === 0)
      .reduce<PooledInstance | undefined>(
        (best, one) => (best === undefined || isBetter(one, best) ? one : best),
        undefined,
      )
  }

  #findThread(kind: ThreadKind, depth: number): PoolThread | null {
    const threads = [...this.#threads].filter((thread) => thread.kind === kind)
    const free = threads.find((thread) => thread.busyCount === 0)
    if (free !== undefined) return free
    if (threads.length < this.#options.threadsMax() + (kind === "solo" ? depth : 0)) {
      const thread = this.#options.startThread(kind)
      this.#threads.add(thread)
      return thread
    }
    if (kind === "solo") return null
    return threads.reduce((best, one) => (one.busyCount < best.busyCount ? one : best))
  }

  #make(plugin: ExtismPlugin, thread: PoolThread, { isEager }: { readonly isEager: boolean }): PooledInstance {
    this.#lastId += 1
    const instance: PooledInstance = { id: this.#lastId, plugin, thread, idleSinceMs: null }
    this.#instances.set(instance.id, instance)
    const { module, data, memoryBytes, env } = plugin
    const own = data === null ? null : copyOfData(data)
    thread.post(
      { type: "instantiate", instance: instance.id, plugin: { module, data: own, memoryBytes, env }, isEager },
      own === null ? [] : [own.section.buffer],
    )
    return instance
  }

  #dropIdleLongest(): boolean {
    const [oldest] = this.idle()
    if (oldest === undefined) return false
    this.#drop(oldest)
    return true
  }

  #drop({ id, thread }: PooledInstance): void {
    this.#instances.delete(id)
    thread.post({ type: "drop", instance: id })
  }
}

/** On the thread with fewer calls; there the one that was used last, whose memory is warm. */
function isBetter(one: PooledInstance, other: PooledInstance): boolean {
  const [calls, otherCalls] = [one.thread.busyCount, other.thread.busyCount]
  return calls === otherCalls ? one.idleSinceMs! > other.idleSinceMs! : calls < otherCalls
}
