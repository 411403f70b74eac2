import { availableParallelism } from "node:os"

import type { Logger } from "../../../lib/logger.ts"
import type { FunctionRuntime, LoadRequest, LoadedPlugin, Place, PlaceWish } from "../runtime.ts"
import { CompiledModules } from "./compiled-modules.ts"
import { InstancePool } from "./instance-pool.ts"
import type { PooledInstance } from "./instance-pool.ts"
import { LiveCall } from "./live-call.ts"
import { loadPlugin } from "./load-plugin.ts"
import type { CompiledPlugin } from "./load-plugin.ts"
import { freeData } from "./plugin-data.ts"
import { PoolThread } from "./pool-thread.ts"
import type { ThreadKind } from "./pool-thread.ts"
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
  /** There may be a place for a call that waits. */
  readonly onRoom: () => void
}

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
  #sweep: NodeJS.Timeout | null = null
  #lastNumber = 0
  #isStopped = false

  constructor(options: ExtismRuntimeOptions) {
    this.#options = options
    const threadsMax = options.workersMax ?? Math.max(1, availableParallelism() - 1)
    this.#pool = new InstancePool({
      threadsMax: () => threadsMax,
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

  reserve(plugin: LoadedPlugin, wish: PlaceWish): Place | null {
    if (this.#isStopped) return null
    const own = plugin as ExtismPlugin
    const instance = this.#pool.take(own, wish)
    if (instance === null) return null
    own.idle = { timeoutMs: wish.idleTimeoutMs, kept: wish.keptIdle }
    return {
      run: (start, listener) => this.#run(instance, wish.isFresh, { start, listener }),
      giveUp: () => this.#pool.giveBack(instance, { isKept: false }),
    }
  }

  warm(plugin: LoadedPlugin, count: number, wish: Pick<PlaceWish, "instancesMax" | "idleTimeoutMs">): void {
    const own = plugin as ExtismPlugin
    own.idle = { timeoutMs: wish.idleTimeoutMs, kept: count }
    for (let made = this.#pool.idleOf(own).length; made < count; made += 1) {
      if (this.#isStopped || !this.#pool.addIdle(own, wish.instancesMax)) return
    }
    this.#startSweep()
  }

  retire(plugin: LoadedPlugin): void {
    const own = plugin as ExtismPlugin
    if (own.isRetired) return
    own.isRetired = true
    this.#loaded.delete(own)
    // Nothing is made of it any more, and instances have their own.
    if (own.data !== null) freeData(own.data)
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
    await Promise.all(this.#ending)
  }

  #run(instance: PooledInstance, isFresh: boolean, { start, listener }: RunOptions): LiveCall {
    this.#lastNumber = (this.#lastNumber % numberMax) + 1
    const { logger } = this.#options
    const call = new LiveCall({
      number: this.#lastNumber,
      instance,
      start,
      listener,
      logger,
      onStuck: (stuck) => this.#end(stuck.instance.thread),
    })
    if (isFresh) this.#fresh.add(instance)
    this.#calls.set(start.id, call)
    call.begin()
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

  /** A thread is believed only what it says of calls that run on it. */
  #take(thread: PoolThread, message: FromFunctionWorker): void {
    if (message.type === "ready") return
    const call = this.#calls.get(message.call)
    if (call?.instance.thread !== thread) return
    if (message.type === "ended") this.#finish(call, message)
    else call.take(message)
  }

  #finish(call: LiveCall, { outcome, isReusable }: EndedMessage): void {
    const { instance } = call
    this.#calls.delete(call.id)
    const isKept = isReusable && !instance.plugin.isRetired && !this.#fresh.has(instance)
    this.#pool.giveBack(instance, { isKept })
    call.end(outcome)
    this.#startSweep()
    this.#options.onRoom()
  }

  #end(thread: PoolThread): void {
    const ended = thread.end().finally(() => this.#ending.delete(ended))
    this.#ending.add(ended)
  }

  /** The calls whose time is over ended it; the others are told that they may be tried again. */
  #forget(thread: PoolThread, isOutOfMemory: boolean): void {
    const running = thread.runningNumber
    this.#pool.forget(thread)
    for (const call of this.#calls.values()) {
      if (call.instance.thread !== thread) continue
      this.#calls.delete(call.id)
      if (call.isOverdue) call.settle({ type: "timed_out" })
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

  #dropIdle(): void {
    const now = performance.now()
    const left = new Map<ExtismPlugin, number>()
    const idle = this.#pool.idle()
    for (const { plugin } of idle) left.set(plugin, (left.get(plugin) ?? 0) + 1)
    for (const instance of idle) {
      const { plugin } = instance
      const count = left.get(plugin)!
      if (count <= plugin.idle.kept || now - instance.idleSinceMs! < plugin.idle.timeoutMs) continue
      left.set(plugin, count - 1)
      this.#pool.dropIdle(instance)
    }
    this.#pool.endUnused()
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
