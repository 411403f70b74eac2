import { fork } from "node:child_process"
import type { ChildProcess } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"

import { alyxError } from "../../../errors.ts"
import type { AlyxErrorOptions } from "../../../errors.ts"
import type { Row, SqlValue } from "../database.ts"
import { bindValues } from "./bind-values.ts"
import { receiveError } from "./passed-error.ts"
import type { PassedError } from "./passed-error.ts"
import { environmentOfChild } from "./end-with-parent.ts"

/** A read that takes longer is ended. */
const queryMsMax = 10_000

/** Processes at a time: a long read takes a whole core. */
const processCountMax = 2

/** Reads that wait for a process; further ones are refused: OVERLOADED. */
const waitingCountMax = 64

/** An idle process is kept this long, since starting one takes about 50 ms. */
const idleMsMax = 5_000

/** What a reader process is asked: queries on one committed state. */
export interface ReaderJob {
  readonly queries: readonly { readonly sql: string; readonly parameters: readonly SqlValue[] }[]
}

/** What it answers. */
export type ReaderAnswer =
  | {
      readonly kind: "rows"
      readonly results: readonly (readonly Row[])[]
      /** Milliseconds, a number for each query. */
      readonly durationsMs: readonly number[]
    }
  | { readonly kind: "error"; readonly error: PassedError }

/** What ReaderPool needs. */
export interface ReaderPoolOptions {
  readonly path: string
  readonly cacheBytes: number
  /** The entry of reader-process, as source or as built. */
  readonly processUrl: URL
  /** Milliseconds; 10 s when left out. */
  readonly queryMsMax?: number
}

interface WaitingJob {
  readonly job: ReaderJob
  readonly advice: () => AlyxErrorOptions
  readonly onTimed: ((durationsMs: readonly number[]) => void) | undefined
  readonly resolve: (results: readonly (readonly Row[])[]) => void
  readonly reject: (reason: unknown) => void
}

/** Runs reads that may take long in processes beside the daemon, so that one of them never stops the others. */
export class ReaderPool {
  readonly #options: ReaderPoolOptions
  readonly #idle = new Map<ChildProcess, NodeJS.Timeout>()
  readonly #all = new Set<ChildProcess>()
  readonly #waiting: WaitingJob[] = []
  #stopped = false

  constructor(options: ReaderPoolOptions) {
    this.#options = options
  }

  /** Runs queries in order. `advice` says in the error of a read that took too long what would help. */
  run(
    queries: readonly { readonly sql: string; readonly parameters: readonly unknown[] }[],
    advice: () => AlyxErrorOptions,
    onTimed?: (durationsMs: readonly number[]) => void,
  ): Promise<readonly (readonly Row[])[]> {
    if (this.#stopped) return Promise.reject(alyxError("SHUTTING_DOWN"))
    if (this.#waiting.length >= waitingCountMax) {
      const message = "Too many long reads wait already."
      return Promise.reject(alyxError("OVERLOADED", { message, next: "Try again.", retryAfterSeconds: 1 }))
    }
    const job = { queries: queries.map(({ sql, parameters }) => ({ sql, parameters: bindValues(parameters) })) }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ job, advice, onTimed, resolve, reject })
      this.#next()
    })
  }

  /** Ends every process; reads under way are refused. */
  async stop(): Promise<void> {
    this.#stopped = true
    for (const { reject } of this.#waiting.splice(0)) reject(alyxError("SHUTTING_DOWN"))
    const exits = [...this.#all].map((child) => once(child, "exit"))
    for (const child of this.#all) child.kill("SIGKILL")
    await Promise.all(exits)
  }

  #next(): void {
    if (this.#waiting.length === 0) return
    const child = this.#takeIdle() ?? (this.#all.size < processCountMax ? this.#start() : undefined)
    if (child === undefined) return
    this.#runOn(child, this.#waiting.shift()!)
  }

  #runOn(child: ChildProcess, { job, advice, onTimed, resolve, reject }: WaitingJob): void {
    const timer = setTimeout(() => {
      finish(() => reject(alyxError("QUERY_TIMEOUT", { retryAfterSeconds: 10, ...advice() })))
      child.kill("SIGKILL")
    }, this.#options.queryMsMax ?? queryMsMax)
    const finish = (settle: () => void): void => {
      clearTimeout(timer)
      child.removeAllListeners("message")
      child.off("exit", died)
      child.off("error", died)
      settle()
    }
    const died = (): void => {
      const reason = this.#stopped ? alyxError("SHUTTING_DOWN") : new Error("The reader process ended unexpectedly.")
      finish(() => reject(reason))
    }
    child.once("exit", died)
    child.once("error", died)
    child.once("message", (answer: ReaderAnswer) => {
      finish(() => {
        if (answer.kind === "rows") {
          onTimed?.(answer.durationsMs)
          resolve(answer.results)
        } else reject(receiveError(answer.error, "A long read"))
      })
      this.#keep(child)
      this.#next()
    })
    child.send(job)
  }

  #start(): ChildProcess {
    const { path, cacheBytes, processUrl } = this.#options
    const child = fork(fileURLToPath(processUrl), [path, String(cacheBytes)], {
      serialization: "advanced",
      execArgv: [],
      env: environmentOfChild(),
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    })
    this.#all.add(child)
    const gone = (): void => {
      this.#all.delete(child)
      this.#forgetIdle(child)
      this.#next()
    }
    child.on("exit", gone)
    // A process that could not be started has no exit.
    child.on("error", () => {
      if (child.pid === undefined) gone()
      else child.kill("SIGKILL")
    })
    return child
  }

  #keep(child: ChildProcess): void {
    const timer = setTimeout(() => {
      this.#idle.delete(child)
      child.disconnect()
    }, idleMsMax)
    timer.unref()
    this.#idle.set(child, timer)
  }

  #takeIdle(): ChildProcess | undefined {
    const [child] = this.#idle.keys()
    if (child !== undefined) this.#forgetIdle(child)
    return child
  }

  #forgetIdle(child: ChildProcess): void {
    clearTimeout(this.#idle.get(child))
    this.#idle.delete(child)
  }
}
