import { availableParallelism } from "node:os"
import { setTimeout } from "node:timers/promises"

import type { Logger } from "../../../lib/logger.ts"
import type { FunctionRuntime, LoadRequest, LoadedPlugin, NoPlace, Place, PlaceWish } from "../runtime.ts"
import { CompiledModules } from "./compiled-modules.ts"
import { InstancePool, aheadMax } from "./instance-pool.ts"
import type { PooledInstance } from "./instance-pool.ts"
import { LiveCall, graceMs } from "./live-call.ts"
import { loadPlugin } from "./load-plugin.ts"
import type { CompiledPlugin } from "./load-plugin.ts"
import { freeData } from "./plugin-data.ts"
import { PoolThread } from "./pool-thread.ts"
import type { ThreadKind } from "./pool-thread.ts"
import { earlyMsMax, earlyNumber } from "./thread-state.ts"
import type { EndedMessage, FromFunctionWorker } from "./worker-messages.ts"

/** A plug-in as this runtime holds it. */
export interface ExtismPlugin extends LoadedPlugin, CompiledPlugin {
  readonly env: Readonly<Record<string, string>>
  isRetired: boolean
  /** What the last call wished: when idle instances go. */
  idle: { readonly timeoutMs: number; readonly kept: number }
}

/** What ExtismRuntime needs. */
export interface ExtismRuntimeOptions {
  /** The entry of function-worker, as source or as built. */
  readonly workerUrl: URL
  /** `functions.workers`; null for one less than there are cores. */
  readonly workersMax: number | null
  readonly logger: Logger
  /** Of what an operation of a guest says besides its body. */
  readonly headerBytesMax: () => number
  /** How long an instance that is made ahead may take to begin; half a minute when left out. */
  readonly earlyMsMax?: number
  /** There may be a place for a call that waits. */
  readonly onRoom: () => void
}

/** How often calls that wait on a thread are looked at: whether it is stuck. */
const lookMs = 25

/** Native code of ours, once begun, cannot be stopped: a thread may be in it when all is to end. */
const stopWaitMs = 2_000

/** An idle instance whose memory has grown so far is not kept for the next call, unless that comes soon. */
const largeBytes = 32 * 1024 * 1024
const largeIdleMs = 2_000

/** How often idle instances are looked for. */
const sweepMs = 1_000

/** Runs plug-ins on threads of our own: Extism in the foreground, host functions answered here. */
export class ExtismRuntime implements FunctionRuntime {
  readonly #options: ExtismRuntimeOptions
  readonly #pool: InstancePool
  /** What may be served. */
  readonly #loaded = new Set<ExtismPlugin>()
  readonly #modules = new CompiledModules()
  readonly #calls = new Map<string, LiveCall>()
  /** Those that serve one call alone. */
  readonly #fresh = new WeakSet<PooledInstance>()
  readonly #ending = new Set<Promise<void>>()
  /** Calls on threads that have others. */
  readonly #waiting = new Set<LiveCall>()
  #look: NodeJS.Timeout | null = null
  #sweep: NodeJS.Timeout | null = null
  #lastNumber = 0
  #isStopped = false

  constructor(options: ExtismRuntimeOptions) {
    this.#options = options
    const threadsMax = options.workersMax ?? Math.max(1, availableParallelism() - 1)
    this.#pool = new InstancePool({
      // Threads that take long to end count, so that there are not ever more.
      threadsMax: () => Math.max(0, threadsMax - Math.max(0, this.#ending.size - threadsMax)),
      startThread: (kind) => this.#startThread(kind),
      endThread: (thread) => this.#end(thread),
    })
  }

  async load({ env, ...request }: LoadRequest): Promise<ExtismPlugin> {
    const same = [...this.#loaded].find(
      ({ hash, memoryBytes }) => hash === request.built.hash && memoryBytes === request.memoryBytes,
    )
    const compiled = await loadPlugin({ ...request, same, modules: this.#modules })
    const plugin: ExtismPlugin = { ...compiled, env, isRetired: false, idle: { timeoutMs: 0, kept: 0 } }
    this.#loaded.add(plugin)
    return plugin
  }

  reserve(plugin: LoadedPlugin, wish: PlaceWish): Place | NoPlace {
    if (this.#isStopped) return "none"
    const own = plugin as ExtismPlugin
    // What another call waits for never waits for others.
    const instance = this.#pool.take(own, wish, wish.depth === 0 ? aheadMax : Infinity)
    if (typeof instance === "string") return instance
    own.idle = { timeoutMs: wish.idleTimeoutMs, kept: wish.keptIdle }
    return {
      run: (start, listener) => this.#run(instance, wish, { start, listener }),
      giveUp: () => this.#pool.giveBack(instance, { isKept: false }),
    }
  }

  warm(plugin: LoadedPlugin, count: number, wish: Pick<PlaceWish, "instancesMax" | "idleTimeoutMs">): void {
    const own = plugin as ExtismPlugin
    own.idle = { timeoutMs: wish.idleTimeoutMs, kept: count }
    if (this.#keepIdle(own, count, wish.instancesMax)) this.#startSweep()
  }

  retire(plugin: LoadedPlugin): void {
    const own = plugin as ExtismPlugin
    if (own.isRetired) return
    own.isRetired = true
    this.#loaded.delete(own)
    this.#freeUnused(own)
    for (const instance of this.#pool.idleOf(own)) this.#pool.dropIdle(instance)
    this.#options.onRoom()
  }

  stats(): { readonly workers: number; readonly instances: number } {
    return { workers: this.#pool.threads.size, instances: this.#pool.instanceCount }
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    if (this.#sweep !== null) clearInterval(this.#sweep)
    for (const thread of this.#pool.threads) this.#end(thread)
    if (this.#look !== null) clearInterval(this.#look)
    const waited = new AbortController()
    await Promise.race([
      Promise.all(this.#ending),
      setTimeout(stopWaitMs, undefined, { signal: waited.signal }).catch(() => undefined),
    ])
    waited.abort()
    for (const thread of this.#pool.threads) this.#forget(thread, false)
  }

  #run(instance: PooledInstance, wish: PlaceWish, { start, listener }: RunOptions): LiveCall {
    const { logger, headerBytesMax } = this.#options
    const call = new LiveCall({
      nextNumber: () => (this.#lastNumber = (this.#lastNumber % numberMax) + 1),
      instance,
      wish,
      start,
      listener,
      logger,
      headerBytesMax: headerBytesMax(),
      onStuck: (stuck) => this.#giveUp(stuck.instance.thread),
    })
    if (wish.isFresh) this.#fresh.add(instance)
    this.#calls.set(start.id, call)
    call.begin()
    if (instance.thread.kind === "shared" && instance.thread.busyCount > 1) this.#watch(call)
    return call
  }

  #startThread(kind: ThreadKind): PoolThread {
    const { workerUrl, logger } = this.#options
    const thread: PoolThread = new PoolThread({
      kind,
      workerUrl,
      logger,
      onMessage: (message) => this.#take(thread, message),
      onExit: (ended, isOutOfMemory) => this.#forget(ended, isOutOfMemory),
    })
    return thread
  }

  /** The first call of a thread is watched from its second on: that one may begin before it. */
  #watch(call: LiveCall): void {
    const { thread } = call.instance
    this.#waiting.add(call)
    if (thread.busyCount === 2) {
      for (const one of this.#calls.values()) if (one.instance.thread === thread) this.#waiting.add(one)
    }
    this.#look ??= setInterval(() => this.#moveWaiting(), lookMs).unref()
  }

  /** Calls behind one that does not let go of their thread begin on another one. */
  #moveWaiting(): void {
    this.#options.onRoom()
    for (const call of this.#waiting) {
      const { plugin, thread } = call.instance
      if (!call.isWaiting) this.#waiting.delete(call)
      else if (thread.isStuck && thread.runningNumber !== call.number && this.#pool.hasOpenThread(plugin))
        this.#move(call)
    }
    if (this.#waiting.size > 0 || this.#look === null) return
    clearInterval(this.#look)
    this.#look = null
  }

  #move(call: LiveCall): void {
    // Of what is retired and freed nothing can be made: the call waits where it is.
    if (call.instance.plugin.data?.section.buffer.detached === true || !call.takeBack()) return
    const { wish } = call
    const { plugin } = call.instance
    this.#pool.giveBack(call.instance, { isKept: !wish.isFresh && !plugin.isRetired })
    const instance = this.#withThreads(() => this.#pool.take(plugin, wish))
    if (instance === undefined || typeof instance === "string") {
      this.#calls.delete(call.id)
      call.settle({ type: "restarted" })
      return
    }
    if (wish.isFresh) this.#fresh.add(instance)
    call.beginOn(instance)
  }

  /** Undefined where a thread cannot be started: nobody asked for it who could be told. */
  #withThreads<T>(work: () => T): T | undefined {
    try {
      return work()
    } catch (error) {
      this.#options.logger.error("A thread of functions could not be started.", { error })
      return undefined
    }
  }

  /** A thread is believed only what it says of calls that run on it. */
  #take(thread: PoolThread, message: FromFunctionWorker): void {
    const call = this.#calls.get(message.call)
    if (call?.instance.thread !== thread) return
    if (message.type === "ended") return this.#finish(call, message)
    call.take(message)
    if (message.type !== "waits" && message.type !== "submitted") return
    // It has let go of its thread, or soon does.
    this.#pool.leaveTurn(call.instance)
    this.#options.onRoom()
  }

  #finish(call: LiveCall, { outcome, isReusable, memoryBytes }: EndedMessage): void {
    const { instance } = call
    instance.memoryBytes = memoryBytes
    this.#calls.delete(call.id)
    this.#waiting.delete(call)
    const isKept = isReusable && !instance.plugin.isRetired && !this.#fresh.has(instance)
    this.#pool.giveBack(instance, { isKept })
    call.end(outcome)
    this.#freeUnused(instance.plugin)
    this.#startSweep()
    this.#options.onRoom()
  }

  /** Instances have their own; but a call that waits may still be moved to a new one. */
  #freeUnused(plugin: ExtismPlugin): void {
    const { data, isRetired } = plugin
    if (!isRetired || data === null || data.section.buffer.detached) return
    for (const { instance } of this.#calls.values()) if (instance.plugin === plugin) return
    freeData(data)
  }

  #end(thread: PoolThread): void {
    const ended = thread.end().finally(() => {
      this.#ending.delete(ended)
      if (!this.#isStopped) this.#options.onRoom()
    })
    this.#ending.add(ended)
  }

  /** What runs on the thread does not yield: others have its place before it is at an end, which may take long. */
  #giveUp(thread: PoolThread): void {
    this.#end(thread)
    this.#forget(thread, false)
  }

  /** The calls whose time is over ended it; the others are told that they may be tried again. */
  #forget(thread: PoolThread, isOutOfMemory: boolean): void {
    const running = thread.runningNumber
    this.#pool.forget(thread)
    for (const call of this.#calls.values()) {
      if (call.instance.thread !== thread) continue
      this.#calls.delete(call.id)
      this.#waiting.delete(call)
      if (call.ending !== null) call.settle({ type: call.ending })
      else if (isOutOfMemory && call.number === running) call.settle({ type: "out_of_memory" })
      else call.settle({ type: "restarted" })
    }
    if (!this.#isStopped) this.#options.onRoom()
  }

  /** Looks from time to time for instances that were idle too long, while there are any. */
  #startSweep(): void {
    if (this.#isStopped || this.#sweep !== null) return
    this.#sweep = setInterval(() => this.#dropIdle(), sweepMs).unref()
  }

  /** Makes idle instances until there are so many; false where there is no room for one. */
  #keepIdle(plugin: ExtismPlugin, count: number, instancesMax?: number): boolean {
    for (let made = this.#pool.idleOf(plugin).length; made < count; made += 1) {
      if (this.#isStopped || !this.#addIdle(plugin, instancesMax)) return false
    }
    return true
  }

  #addIdle(plugin: ExtismPlugin, instancesMax = Infinity): boolean {
    return this.#withThreads(() => this.#pool.addIdle(plugin, instancesMax)) === true
  }

  /** Code of ours is interrupted in time; that of others keeps a processor until somebody calls. */
  #endLateBeginnings(): void {
    const { logger, earlyMsMax: lateMs = earlyMsMax + graceMs } = this.#options
    for (const thread of this.#pool.threads) {
      if (thread.runningNumber !== earlyNumber || thread.state.runningMs <= lateMs) continue
      logger.warn("An instance that was made before its first call did not begin in time; its thread is ended.", {
        lateMs,
      })
      this.#giveUp(thread)
    }
  }

  #dropIdle(): void {
    this.#endLateBeginnings()
    const now = performance.now()
    const left = new Map<ExtismPlugin, number>()
    const idle = this.#pool.idle()
    for (const { plugin } of idle) left.set(plugin, (left.get(plugin) ?? 0) + 1)
    for (const instance of idle) {
      const { plugin } = instance
      const count = left.get(plugin)!
      if (instance.memoryBytes > largeBytes && now - instance.idleSinceMs! >= largeIdleMs) {
        this.#pool.dropIdle(instance)
        if (count > plugin.idle.kept || !this.#addIdle(plugin)) left.set(plugin, count - 1)
        continue
      }
      if (count <= plugin.idle.kept || now - instance.idleSinceMs! < plugin.idle.timeoutMs) continue
      left.set(plugin, count - 1)
      this.#pool.dropIdle(instance)
    }
    this.#pool.endUnused()
    // A spare thread took its instances with it.
    for (const [plugin, count] of left) this.#keepIdle(plugin, Math.min(count, plugin.idle.kept))
    if (this.#pool.instanceCount > 0 || this.#sweep === null) return
    clearInterval(this.#sweep)
    this.#sweep = null
  }
}

/** Numbers of calls go round: those of calls that run together are different. */
const numberMax = 2 ** 30

interface RunOptions {
  readonly start: Parameters<Place["run"]>[0]
  readonly listener: Parameters<Place["run"]>[1]
}
