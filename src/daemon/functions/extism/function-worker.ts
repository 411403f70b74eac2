/* oxlint-disable unicorn/require-post-message-target-origin -- threads have no origin; the rule is about windows */
import { parentPort, workerData } from "node:worker_threads"

import { isOfGuest, returned, thrown } from "./call-outcome.ts"
import { PluginInstance } from "./plugin-instance.ts"
import { CallWasTakenBack, RunningCall } from "./running-call.ts"
import { ThreadState, earlyMsMax, earlyNumber } from "./thread-state.ts"
import { lowerThreadPriority } from "./thread-priority.ts"
import { ownTask } from "./thread-time.ts"
import { Turns } from "./turns.ts"
import type {
  CallMessage,
  FromFunctionWorker,
  FunctionWorkerData,
  PluginToInstantiate,
  ReadyMessage,
  ToFunctionWorker,
  WorkerOutcome,
} from "./worker-messages.ts"

/**
 * The thread on which functions run. It does what the main thread says and decides nothing: instances are made, called and dropped
 * by number. It has no environment, and its code gives guests nothing of Node.js.
 */
class FunctionThread {
  readonly #state: ThreadState
  readonly #turns: Turns
  readonly #isSolo: boolean
  readonly #post: (message: FromFunctionWorker) => void
  readonly #plugins = new Map<number, PluginToInstantiate>()
  readonly #instances = new Map<number, Promise<PluginInstance>>()
  readonly #calls = new Map<string, RunningCall>()

  constructor(data: FunctionWorkerData, post: (message: FromFunctionWorker) => void) {
    this.#state = new ThreadState(data.state)
    this.#turns = new Turns(this.#state)
    this.#isSolo = data.isSolo
    this.#post = post
  }

  take(message: ToFunctionWorker): void {
    switch (message.type) {
      case "instantiate":
        this.#plugins.set(message.instance, message.plugin)
        if (message.isEager) this.#makeEarly(message.instance)
        return
      case "call":
        void this.#run(message)
        return
      case "answer":
        this.#calls.get(message.call)?.take(message.id, message.frame)
        return
      case "fetched":
        this.#calls.get(message.call)?.takeFetched(message.id, message.fetched)
        return
      case "end":
        this.#calls.get(message.call)?.end()
        return
      case "drop":
        this.#plugins.delete(message.instance)
        this.#instances.delete(message.instance)
        return
    }
  }

  async #run(message: CallMessage): Promise<void> {
    let instance: PluginInstance | undefined
    const call = new RunningCall({
      message,
      state: this.#state,
      turns: this.#turns,
      post: this.#post,
      holdsLines: !this.#isSolo,
      onResume: (deadline) => instance?.resume(deadline),
    })
    this.#calls.set(message.call, call)
    let outcome: WorkerOutcome
    let isUnwound = false
    try {
      instance = await this.#instanceOf(message.instance, call)
      outcome = returned(call, instance, await this.#callInTurn(instance, call))
    } catch (error) {
      if (!call.begin()) return this.#forget(call, instance)
      // A guest that was thrown out of its code is not where it was before the call.
      isUnwound = !isOfGuest(error)
      outcome =
        instance?.hasBegun !== true
          ? { type: "not_made", message: error instanceof Error ? error.message : String(error) }
          : thrown(call, instance, error)
    }
    await this.#finish(call, { instance, isUnwound, outcome })
  }

  /** The call runs elsewhere, or from another message. Its instance stays, if there is one. */
  #forget(call: RunningCall, instance: PluginInstance | undefined): void {
    const { message } = call
    // It may have been sent here once more.
    if (this.#calls.get(message.call) === call) this.#calls.delete(message.call)
    if (instance === undefined) this.#instances.delete(message.instance)
  }

  /** One that fails is made again by its first call, which then is told why. */
  #makeEarly(id: number): void {
    const begun = this.#instanceOf(id, null).then((instance) => this.#beginInTurn(instance))
    this.#instances.set(id, begun)
    begun.catch(() => this.#instances.delete(id))
  }

  /** Usually made at the first call, in whose first turn it begins: what its beginning says is that call's. */
  #instanceOf(id: number, call: RunningCall | null): Promise<PluginInstance> {
    const existing = this.#instances.get(id)
    if (existing !== undefined) return existing
    const plugin = this.#plugins.get(id)
    if (plugin === undefined) throw new Error(`Instance ${id} is not known.`)
    const making = new Promise<PluginInstance>((resolve, reject) => {
      this.#turns.take(call?.message.number ?? earlyNumber, () => {
        const instance = new PluginInstance(plugin)
        instance.make().then(() => resolve(instance), reject)
      })
    })
    this.#instances.set(id, making)
    return making
  }

  #beginInTurn(instance: PluginInstance): Promise<PluginInstance> {
    return new Promise((resolve, reject) => {
      this.#turns.take(earlyNumber, () => {
        try {
          instance.begin(null, process.hrtime.bigint() + BigInt(earlyMsMax * 1_000_000))
          resolve(instance)
        } catch (error) {
          reject(error)
        }
      })
    })
  }

  #callInTurn(instance: PluginInstance, call: RunningCall): Promise<Uint8Array | null> {
    return new Promise((resolve, reject) => {
      this.#turns.take(call.message.number, () => {
        if (!call.begin()) return reject(new CallWasTakenBack())
        instance.call(call).then(resolve, reject)
      })
    })
  }

  async #finish(call: RunningCall, { instance, isUnwound, outcome }: Finished): Promise<void> {
    const { message } = call
    this.#calls.delete(message.call)
    call.end()
    call.log.flush()
    const hasEnded = outcome.type === "returned" || outcome.type === "failed"
    const isReusable = instance !== undefined && !isUnwound && hasEnded
    if (isReusable) await instance.rest()
    else this.take({ type: "drop", instance: message.instance })
    const memoryBytes = instance?.memoryBytes ?? 0
    this.#post({ type: "ended", call: message.call, outcome, isReusable, memoryBytes })
  }
}

interface Finished {
  readonly instance: PluginInstance | undefined
  readonly isUnwound: boolean
  readonly outcome: WorkerOutcome
}

const data = workerData as FunctionWorkerData
lowerThreadPriority(data.niceness)
const port = parentPort!
const thread = new FunctionThread(data, (message) => port.postMessage(message))
port.on("message", (message: ToFunctionWorker) => thread.take(message))
port.postMessage({ type: "ready", task: ownTask() } satisfies ReadyMessage)
