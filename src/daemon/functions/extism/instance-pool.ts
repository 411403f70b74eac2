import type { NoPlace, PlaceWish } from "../runtime.ts"
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
  /** Of the call that it serves, or served last; 0 before the first. */
  callNumber: number
  /** Counted by its thread's `turnCount`. */
  isInTurn: boolean
  /** Of its linear memory after the last call; 0 before that. */
  memoryBytes: number
}

/** What InstancePool needs. */
export interface InstancePoolOptions {
  /** Threads of each kind; solo ones may be more by the depth of a call, shared ones by those that are stuck. */
  readonly threadsMax: () => number
  readonly startThread: (kind: ThreadKind) => PoolThread
  readonly endThread: (thread: PoolThread) => void
}

/** Shared threads that may be beside the usual ones while the code of calls does not let go of those. */
export const spareThreadsMax = 4

/**
 * How many calls of a thread may have or await their first turn before a further one is given no new instance: most calls end in
 * one turn, and the next takes a warm instance over. As many as keep the thread busy until the main thread sends more.
 */
export const aheadMax = 8

/** Threads on which a call may be placed, and whether there may be one more. */
interface Choice {
  readonly threads: readonly PoolThread[]
  readonly mayStart: boolean
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

  /** Takes an idle instance or makes one, where there is room, behind so many calls at most. It is busy from now on. */
  take(
    plugin: ExtismPlugin,
    wish: Pick<PlaceWish, "depth" | "isFresh" | "instancesMax">,
    behindMax = Infinity,
  ): PooledInstance | NoPlace {
    // Idle or not, what is there for calls that others wait for is nothing for those others.
    if (this.#busyCount >= wish.instancesMax + wish.depth) return "none"
    const choice = this.#choose(plugin, wish.depth)
    const idle = wish.isFresh ? undefined : this.#findIdle(plugin, choice.threads)
    if (idle !== undefined) {
      idle.idleSinceMs = null
      return this.#begin(idle)
    }
    const thread = this.#findThread(plugin, choice)
    if (thread === null) return "none"
    if (thread.turnCount >= behindMax) return "soon"
    if (this.#instances.size >= wish.instancesMax + wish.depth && !this.#dropIdleLongest()) return "none"
    return this.#begin(this.#make(plugin, thread, { isEager: false }))
  }

  /** Its call has waited, or is about to. */
  leaveTurn(instance: PooledInstance): void {
    if (instance.isInTurn) instance.thread.turnCount -= 1
    instance.isInTurn = false
  }

  /** Whether a call of the plug-in that waits behind one that does not let go would get on elsewhere. */
  hasOpenThread(plugin: ExtismPlugin): boolean {
    const { threads, mayStart } = this.#choose(plugin, 0)
    return mayStart || threads.some(({ isStuck }) => !isStuck)
  }

  /** Makes an instance that waits for its first call; false where there is no room. */
  addIdle(plugin: ExtismPlugin, instancesMax: number): boolean {
    if (this.#instances.size >= instancesMax) return false
    const thread = this.#findThread(plugin, this.#choose(plugin, 0))
    if (thread === null) return false
    this.#make(plugin, thread, { isEager: true }).idleSinceMs = performance.now()
    return true
  }

  /** The call has ended: the instance is kept for the next one, or goes. */
  giveBack(instance: PooledInstance, { isKept }: { readonly isKept: boolean }): void {
    if (!this.#instances.has(instance.id)) return
    instance.thread.busyCount -= 1
    this.leaveTurn(instance)
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

  /**
   * Ends the solo threads without instances, and the shared ones that are no longer needed beside stuck ones. The usual shared ones
   * stay, since a thread takes longer to begin than a call should.
   */
  endUnused(): void {
    const used = new Set([...this.#instances.values()].map(({ thread }) => thread))
    const shared = this.#ofKind("shared")
    let spareCount = shared.length - this.#options.threadsMax() - shared.filter(({ isStuck }) => isStuck).length
    for (const thread of this.#threads) {
      const isSpare = thread.kind === "shared" && thread.busyCount === 0 && spareCount > 0
      if (isSpare) spareCount -= 1
      else if (thread.kind === "shared" || used.has(thread)) continue
      this.forget(thread)
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

  #begin(instance: PooledInstance): PooledInstance {
    instance.isInTurn = true
    instance.thread.busyCount += 1
    instance.thread.turnCount += 1
    return instance
  }

  #findIdle(plugin: ExtismPlugin, threads: readonly PoolThread[]): PooledInstance | undefined {
    return this.idleOf(plugin)
      .filter(({ thread }) => threads.includes(thread))
      .reduce<PooledInstance | undefined>(
        (best, one) => (best === undefined || isBetter(one, best) ? one : best),
        undefined,
      )
  }

  #findThread(plugin: ExtismPlugin, { threads, mayStart }: Choice): PoolThread | null {
    const free = threads.find((thread) => thread.busyCount === 0)
    if (free !== undefined) return free
    if (mayStart) {
      const thread = this.#options.startThread(kindFor(plugin))
      this.#threads.add(thread)
      return thread
    }
    const [first, ...others] = threads
    return first === undefined
      ? null
      : others.reduce((best, one) => (one.busyCount < best.busyCount ? one : best), first)
  }

  /**
   * Shared threads are chosen among those that are not stuck, and each that is stuck may have a spare one. A plug-in that already
   * keeps more than the usual ones waits behind its own calls: the spare ones are for the others.
   */
  #choose(plugin: ExtismPlugin, depth: number): Choice {
    const threadsMax = this.#options.threadsMax()
    const threads = this.#ofKind(kindFor(plugin))
    if (!plugin.isInterruptible) {
      const busyCount = threads.filter((one) => one.busyCount > 0).length
      if (busyCount >= threadsMax + depth) return { threads: [], mayStart: false }
      return { threads: threads.filter((one) => one.busyCount === 0), mayStart: threads.length < threadsMax + depth }
    }
    const stuck = threads.filter(({ isStuck }) => isStuck)
    if (stuck.length === 0) return { threads, mayStart: threads.length < threadsMax }
    const own = stuck.filter((thread) => this.#isStuckBy(thread, plugin))
    if (own.length > threadsMax) return { threads: own, mayStart: false }
    const open = threads.filter((thread) => !stuck.includes(thread))
    const mayStart = threads.length < threadsMax + Math.min(stuck.length, spareThreadsMax)
    return { threads: open.length > 0 || mayStart ? open : threads, mayStart }
  }

  #isStuckBy(thread: PoolThread, plugin: ExtismPlugin): boolean {
    const number = thread.runningNumber
    return [...this.#instances.values()].some(
      (one) => one.thread === thread && one.plugin === plugin && one.callNumber === number,
    )
  }

  get #busyCount(): number {
    let count = 0
    for (const thread of this.#threads) count += thread.busyCount
    return count
  }

  #ofKind(kind: ThreadKind): PoolThread[] {
    return [...this.#threads].filter((thread) => thread.kind === kind)
  }

  #make(plugin: ExtismPlugin, thread: PoolThread, { isEager }: { readonly isEager: boolean }): PooledInstance {
    this.#lastId += 1
    const instance: PooledInstance = {
      id: this.#lastId,
      plugin,
      thread,
      idleSinceMs: null,
      callNumber: 0,
      isInTurn: false,
      memoryBytes: 0,
    }
    this.#instances.set(instance.id, instance)
    const { module, data, memoryBytes, alwaysAnswers, env } = plugin
    const own = data === null ? null : copyOfData(data)
    const toMake = { module, data: own, memoryBytes, alwaysAnswers, env }
    thread.post(
      { type: "instantiate", instance: instance.id, plugin: toMake, isEager },
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

function kindFor(plugin: ExtismPlugin): ThreadKind {
  return plugin.isInterruptible ? "shared" : "solo"
}

/** On the thread with fewer calls; there the one that was used last, whose memory is warm. */
function isBetter(one: PooledInstance, other: PooledInstance): boolean {
  const [calls, otherCalls] = [one.thread.busyCount, other.thread.busyCount]
  return calls === otherCalls ? one.idleSinceMs! > other.idleSinceMs! : calls < otherCalls
}
