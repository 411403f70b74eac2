/* oxlint-disable unicorn/require-post-message-target-origin -- threads have no origin; the rule is about windows */
import { Worker } from "node:worker_threads"

import { alyxError } from "../errors.ts"
import { freeBytes } from "../lib/free-bytes.ts"
import type { BuildCancel, BuildOrder, BuildReply } from "./build-messages.ts"
import { arrived } from "./build-messages.ts"
import type { CompiledFunction, CompileRequest } from "./compile/compile-function.ts"

/** How long the thread, and esbuild's process, stay when nothing is built: they take some 60 MB. */
const idleMs = 30_000

/** A build that has not answered by then has hung: evaluating ends after seconds, and bundling never takes so long. */
const defaultBuildMsMax = 120_000

/** What a build leaves behind is looked at every 2 MB; left alone, V8 lets 50 MB of it pile up first. */
const resourceLimits = { maxYoungGenerationSizeMb: 6 }

/** The thread was ended because of another build. */
class ThreadIsGone extends Error {
  override readonly name = "ThreadIsGone"
}

interface Waiting {
  readonly worker: Worker
  readonly resolve: (compiled: CompiledFunction) => void
  readonly reject: (error: unknown) => void
}

/** The thread that compiles; it starts with the first build, and ends when there has been none for a while. */
export class CompilerThread {
  readonly #program: URL
  readonly #buildMsMax: number
  readonly #waiting = new Map<number, Waiting>()
  #worker: Worker | null = null
  #idle: NodeJS.Timeout | null = null
  #lastId = 0

  constructor(program: URL, options: { readonly buildMsMax?: number } = {}) {
    this.#program = program
    this.#buildMsMax = options.buildMsMax ?? defaultBuildMsMax
  }

  /** Rejects with the reason of the signal as soon as it aborts; the thread ends what it is at, and begins nothing more of it. */
  async compile(request: CompileRequest, signal?: AbortSignal): Promise<CompiledFunction> {
    try {
      return await this.#compile(request, signal)
    } catch (error) {
      if (!(error instanceof ThreadIsGone)) throw error
      return await this.compile(request, signal)
    }
  }

  async #compile(request: CompileRequest, signal: AbortSignal | undefined): Promise<CompiledFunction> {
    signal?.throwIfAborted()
    if (this.#idle !== null) clearTimeout(this.#idle)
    const worker = (this.#worker ??= this.#start())
    this.#lastId += 1
    const id = this.#lastId
    const late = setTimeout(() => this.#giveUp(id, worker), this.#buildMsMax)
    const { promise, resolve, reject } = Promise.withResolvers<CompiledFunction>()
    const abort = (): void => {
      tell(worker, { cancel: id })
      reject(signal?.reason)
    }
    this.#waiting.set(id, { worker, resolve, reject })
    signal?.addEventListener("abort", abort, { once: true })
    tell(worker, { id, request })
    try {
      return await promise
    } finally {
      clearTimeout(late)
      signal?.removeEventListener("abort", abort)
      this.#waiting.delete(id)
      this.#rest()
    }
  }

  /** Ends the thread and esbuild's process; builds under way are refused. */
  async stop(): Promise<void> {
    if (this.#idle !== null) clearTimeout(this.#idle)
    this.#idle = null
    const worker = this.#worker
    this.#worker = null
    for (const { reject } of this.#waiting.values()) reject(interrupted())
    if (worker === null) return
    const ended = new Promise((resolve) => {
      worker.once("exit", resolve)
    })
    tell(worker, "stop")
    const hung = setTimeout(() => void worker.terminate(), stopMsMax)
    await ended
    clearTimeout(hung)
  }

  #start(): Worker {
    const worker = new Worker(this.#program, { name: "build", execArgv: [], resourceLimits })
    worker.on("message", (reply: BuildReply) => this.#settle(reply))
    worker.on("error", (error) => this.#lose(worker, error))
    worker.on("exit", () => this.#lose(worker, interrupted()))
    // Whoever waits for a build keeps the process alive; the thread by itself does not.
    worker.unref()
    return worker
  }

  #settle(reply: BuildReply): void {
    const waiting = this.#waiting.get(reply.id)
    if ("compiled" in reply) {
      if (waiting === undefined) freeBytes(reply.compiled.wasm)
      else waiting.resolve(reply.compiled)
    } else waiting?.reject("error" in reply ? arrived(reply.error) : reply.bug)
  }

  #lose(worker: Worker, error: unknown): void {
    if (this.#worker !== worker) return
    this.#worker = null
    for (const { reject } of this.#waiting.values()) reject(error)
  }

  /** The others that the thread was at are built by another one: none of those that hang is tried again, so this ends. */
  #giveUp(id: number, worker: Worker): void {
    const message = `The build took longer than ${this.#buildMsMax / 1000} s and was ended.`
    this.#waiting.get(id)?.reject(alyxError("BUILD_FAILED", { message }))
    if (this.#worker === worker) this.#worker = null
    for (const waiting of this.#waiting.values()) {
      if (waiting.worker === worker) waiting.reject(new ThreadIsGone("Another build took too long."))
    }
    void worker.terminate()
  }

  #rest(): void {
    if (this.#waiting.size > 0 || this.#worker === null) return
    if (this.#idle !== null) clearTimeout(this.#idle)
    this.#idle = setTimeout(() => void this.stop(), idleMs)
    this.#idle.unref()
  }
}

/** esbuild's process ends in milliseconds; after this the thread is ended whatever it does. */
const stopMsMax = 2_000

function tell(worker: Worker, message: BuildOrder | BuildCancel | "stop"): void {
  worker.postMessage(message)
}

function interrupted(): Error {
  return alyxError("INTERRUPTED", { message: "The build was ended." })
}
