/* oxlint-disable unicorn/require-post-message-target-origin -- threads have no origin; the rule is about windows */
import { Worker } from "node:worker_threads"

import { enlargeGuestStacks, guestStackMegabytes } from "../../../functions/guest-stacks.ts"
import type { Logger } from "../../../lib/logger.ts"
import { ThreadState } from "./thread-state.ts"
import { processorMs } from "./thread-time.ts"
import type { FromFunctionWorker, FunctionWorkerData, ReadyMessage, ToFunctionWorker } from "./worker-messages.ts"

/** `shared`: several calls whose code an interrupt ends. `solo`: one call at a time, of any plug-in. */
export type ThreadKind = "shared" | "solo"

/** How much functions yield to the rest of the process, from 0 to 19. */
const niceness = 10

/** Who has run so long without letting go is no neighbour for new calls. */
const stuckAfterMs = 100

/** Who has run half of that is looked at. */
const suspectAfterMs = stuckAfterMs / 2

/** Processor time that it uses from then on before it is taken for one that does not let go. */
const suspectMs = 30

/** After so long it does not matter what the thread waits for. */
const blockedAfterMs = 2_000

/** The thread's own heap: what hosts functions there, not their memories, which have limits of their own. */
const heapMegabytesMax = 512

/** Of it, what is new: most of that is gone when a call ends, and V8 would let three times as much pile up. */
const youngMegabytesMax = 12

/** What PoolThread needs. */
export interface PoolThreadOptions {
  readonly kind: ThreadKind
  readonly workerUrl: URL
  readonly logger: Logger
  readonly onMessage: (message: FromFunctionWorker) => void
  /** Once, however it ended. */
  readonly onExit: (thread: PoolThread, isOutOfMemory: boolean) => void
}

/** A thread that runs functions, as the main thread sees it. */
export class PoolThread {
  readonly kind: ThreadKind
  /** Its instances that serve a call, or are about to. */
  busyCount = 0
  /** Of them, those whose call has not waited as far as is known: it has its first turn, or awaits it. */
  turnCount = 0
  readonly #worker: Worker
  /** What the thread shows without being asked. */
  readonly state = new ThreadState()
  readonly #exited: Promise<void>
  /** Of thread-time.ts, once it is up. */
  #task: number | null = null
  /** The call that has run for long, and the processor time of the thread when that was seen. */
  #suspect: { readonly number: number; readonly usedMs: number } | null = null
  #isOutOfMemory = false
  #hasExited = false

  constructor({ kind, workerUrl, logger, onMessage, onExit }: PoolThreadOptions) {
    this.kind = kind
    enlargeGuestStacks()
    const workerData: FunctionWorkerData = { state: this.state.memory, niceness, isSolo: kind === "solo" }
    this.#worker = new Worker(workerUrl, {
      workerData,
      name: "function",
      env: {},
      argv: [],
      execArgv: ["--disable-warning=ExperimentalWarning"],
      stdin: false,
      stdout: true,
      stderr: true,
      resourceLimits: {
        maxOldGenerationSizeMb: heapMegabytesMax,
        maxYoungGenerationSizeMb: youngMegabytesMax,
        stackSizeMb: guestStackMegabytes,
      },
    })
    this.#worker.on("message", (message: FromFunctionWorker | ReadyMessage) => {
      if (message.type === "ready") this.#task = message.task
      else onMessage(message)
    })
    this.#worker.on("error", (error: Error & { code?: string }) => {
      this.#isOutOfMemory = error.code === "ERR_WORKER_OUT_OF_MEMORY"
      logger.error("A thread of functions ended by an error.", { error })
    })
    // What it was is not known, nor whose: with the thread every call on it comes to an end.
    this.#worker.on("messageerror", (error) => {
      logger.error("A message of a thread of functions cannot be read, so the thread is ended.", { error })
      void this.end()
    })
    for (const stream of [this.#worker.stdout, this.#worker.stderr]) {
      stream.on("data", (chunk: Buffer) =>
        logger.debug("A thread of functions wrote.", { text: chunk.toString("utf8") }),
      )
    }
    this.#exited = new Promise((resolve) => {
      this.#worker.on("exit", () => {
        this.#hasExited = true
        onExit(this, this.#isOutOfMemory)
        resolve()
      })
    })
    // Idle threads do not keep the process: whoever made the pool ends it.
    this.#worker.unref()
  }

  /** The number of the call whose code runs now; 0 for none. */
  get runningNumber(): number {
    return this.state.runningNumber
  }

  /**
   * Whether the code of a call keeps the thread, so that others on it wait. On a busy machine a thread may get no processor for
   * as long: what it has used since it was first suspected tells the one from the other, where that can be known. Whoever waits
   * asks again and again.
   */
  get isStuck(): boolean {
    const { runningMs, runningNumber: number } = this.state
    if (this.busyCount === 0 || runningMs <= suspectAfterMs) {
      this.#suspect = null
      return false
    }
    const usedMs = runningMs > blockedAfterMs ? null : processorMs(this.#task)
    if (usedMs === null) return runningMs > stuckAfterMs
    if (this.#suspect?.number !== number) this.#suspect = { number, usedMs }
    return runningMs > stuckAfterMs && usedMs - this.#suspect.usedMs > suspectMs
  }

  post(message: ToFunctionWorker, moved: readonly ArrayBuffer[] = []): void {
    if (!this.#hasExited) this.#worker.postMessage(message, moved)
  }

  /** Ends the thread, whatever runs on it. */
  async end(): Promise<void> {
    if (!this.#hasExited) await this.#worker.terminate()
    await this.#exited
  }
}
