/* oxlint-disable unicorn/require-post-message-target-origin -- threads have no origin; the rule is about windows */
import { once } from "node:events"
import { Worker } from "node:worker_threads"

/** How many commits go by between two checkpoints. */
const commitsPerCheckpoint = 32

/** What the worker is started with. */
export interface CheckpointWorkerData {
  readonly path: string
}

/** What the worker is told; "shorten" is a checkpoint that also gives the room of the log back. */
export type CheckpointMessage = "checkpoint" | "shorten" | "close"

/** The worker's answer to a message. */
export interface CheckpointAnswer {
  readonly error: string | null
}

/** What Checkpointer needs. */
export interface CheckpointerOptions {
  readonly path: string
  /** The entry of checkpoint-worker, as source or as built. */
  readonly workerUrl: URL
  /** Called when a checkpoint failed; the log then grows until one succeeds. */
  readonly onWarning: (message: string) => void
}

/**
 * Keeps the write-ahead log short without making a commit or the event loop wait: asks a worker for a checkpoint
 * every 32 commits. The worker is started at the first need.
 */
export class Checkpointer {
  readonly #options: CheckpointerOptions
  #worker: Worker | undefined
  #commitCount = 0
  #underWay: Promise<void> | undefined
  #answered: (() => void) | undefined
  #stopped = false

  constructor(options: CheckpointerOptions) {
    this.#options = options
  }

  noteCommit(): void {
    this.#commitCount += 1
    if (this.#commitCount >= commitsPerCheckpoint && this.#underWay === undefined) void this.checkpoint()
  }

  /** Resolves when a checkpoint has answered: the one under way, or a new one. */
  checkpoint(): Promise<void> {
    return this.#checkpoint("checkpoint")
  }

  /** A checkpoint that begins from now on, and cuts the log: for work that made it long, after which no write may come. */
  async shorten(): Promise<void> {
    await this.#underWay
    await this.#checkpoint("shorten")
  }

  #checkpoint(message: CheckpointMessage): Promise<void> {
    if (this.#stopped) return Promise.resolve()
    try {
      this.#underWay ??= this.#ask(message)
      return this.#underWay
    } catch (error) {
      // No thread to be had. Commits must not fail for it.
      this.#options.onWarning(`The checkpoint worker could not be started: ${String(error)}.`)
      return Promise.resolve()
    }
  }

  /** Ends the worker, after the checkpoint under way. */
  async stop(): Promise<void> {
    this.#stopped = true
    await this.#underWay
    const worker = this.#worker
    if (worker === undefined) return
    this.#worker = undefined
    const exit = once(worker, "exit")
    worker.postMessage("close")
    await exit
  }

  #ask(message: CheckpointMessage): Promise<void> {
    this.#commitCount = 0
    const worker = (this.#worker ??= this.#start())
    return new Promise((resolve) => {
      this.#answered = () => {
        this.#underWay = undefined
        this.#answered = undefined
        resolve()
      }
      worker.postMessage(message)
    })
  }

  #start(): Worker {
    const workerData: CheckpointWorkerData = { path: this.#options.path }
    const worker = new Worker(this.#options.workerUrl, { workerData, name: "checkpoint", execArgv: [] })
    worker.on("message", (answer: CheckpointAnswer) => {
      if (answer.error !== null) this.#options.onWarning(`A checkpoint failed: ${answer.error}.`)
      this.#answered?.()
    })
    worker.on("error", (error) => {
      this.#options.onWarning(`The checkpoint worker ended: ${String(error)}.`)
    })
    worker.on("exit", () => {
      if (this.#worker === worker) this.#worker = undefined
      this.#answered?.()
    })
    return worker
  }
}
