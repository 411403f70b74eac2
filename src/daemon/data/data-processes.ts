import { spawn } from "node:child_process"
import type { ChildProcess } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { PassThrough } from "node:stream"
import type { Readable, Writable } from "node:stream"
import { fileURLToPath } from "node:url"

import { alyxError } from "../../errors.ts"
import { collectingBuffers } from "../../lib/collecting-buffers.ts"
import type { Progress } from "../../protocol/progress.ts"

import { receiveError } from "../storage/sqlite/passed-error.ts"
import type { BuiltDatabase, DataJob, DataMessage } from "./data-job.ts"
import { drainBody } from "./drain-body.ts"
import { environmentOfChild } from "../storage/sqlite/end-with-parent.ts"

/** Processes at a time; each may take a core, and memory of its own. Further work is refused: OVERLOADED. */
const processCountMax = 6

/** Short-lived objects are collected often rather than piled up: a row is forgotten as soon as it is written. */
const memoryFlags = ["--max-semi-space-size=2"]

/** How much of what a process that dies says of itself is kept for the log. */
const lastWordsLengthMax = 4_000

/** One piece of work that is under way beside the daemon. */
export interface DataProcess {
  /** What it writes; it waits while nobody reads. */
  readonly output: Readable
  /** Resolves when the output may begin; rejects with what is wrong with the request. */
  readonly ready: Promise<void>
  /** Resolves when its commit begins. */
  readonly committing: Promise<void>
  /** Resolves when what it writes is committed, with whether that was anything. */
  readonly committed: Promise<boolean>
  /** Resolves when it has done all; rejects with what went wrong. */
  readonly ended: Promise<BuiltDatabase | undefined>
  /** Ends it at once; it then ends with the reason. */
  kill(reason: Error): void
}

/** What a process is given besides its job. */
export interface DataProcessOptions {
  readonly input?: Readable
  readonly onProgress?: (progress: Progress) => void
}

/** Runs work on data in processes beside the daemon, so that neither their time nor their memory is the daemon's. */
export class DataProcesses {
  readonly #url: URL
  readonly #running = new Set<RunningProcess>()
  #stopped = false

  constructor(options: { readonly processUrl: URL }) {
    this.#url = options.processUrl
  }

  start(job: DataJob, options: DataProcessOptions = {}): DataProcess {
    if (this.#stopped) throw alyxError("SHUTTING_DOWN")
    if (this.#running.size >= processCountMax) {
      const message = `${processCountMax} dumps, queries or restores are under way already.`
      throw alyxError("OVERLOADED", { message, next: "Try again when they are done.", retryAfterSeconds: 5 })
    }
    const child = spawn(process.execPath, [...memoryFlags, fileURLToPath(this.#url)], {
      env: environmentOfChild(),
      stdio: ["pipe", "pipe", "pipe", "pipe"],
    })
    const running = new RunningProcess(child, job, options)
    this.#running.add(running)
    void running.gone.then(() => this.#running.delete(running))
    return running
  }

  /** Ends every process; their work is refused. */
  async stop(): Promise<void> {
    this.#stopped = true
    const running = [...this.#running]
    for (const one of running) one.kill(alyxError("SHUTTING_DOWN"))
    await Promise.all(running.map(({ gone }) => gone))
  }
}

class RunningProcess implements DataProcess {
  readonly #child: ChildProcess
  readonly #ready = Promise.withResolvers<void>()
  readonly #killed = Promise.withResolvers<void>()
  readonly #committing = Promise.withResolvers<void>()
  readonly #committed = Promise.withResolvers<boolean>()
  readonly gone: Promise<void>
  /** Of what a process leaves in its pipe when it ends, Node throws away what nobody has begun to read by then. */
  readonly output = new PassThrough()
  readonly ended: Promise<BuiltDatabase | undefined>
  #built: BuiltDatabase | undefined
  #failure: Error | undefined
  #lastWords = ""

  constructor(child: ChildProcess, job: DataJob, options: DataProcessOptions) {
    this.#child = child
    this.gone = goneOf(child)
    // Each of them may go unheard.
    for (const { promise } of [this.#ready, this.#committing, this.#committed]) promise.catch(() => undefined)
    child.stderr!.on("data", (chunk: Buffer) => {
      this.#lastWords = (this.#lastWords + chunk.toString()).slice(-lastWordsLengthMax)
    })
    child.stdout!.pipe(this.output)
    child.stdout!.on("data", (chunk: Buffer) => collectBuffers(chunk.length))
    const heard = this.#hear(child.stdio[3] as Readable, options)
    const fed = this.#feed(child.stdin!, job, options.input)
    this.ended = this.#end(heard, fed, job)
    this.ended.catch(() => undefined)
  }

  get ready(): Promise<void> {
    return this.#ready.promise
  }

  get committing(): Promise<void> {
    return this.#committing.promise
  }

  get committed(): Promise<boolean> {
    return this.#committed.promise
  }

  kill(reason: Error): void {
    this.#failure ??= reason
    this.#killed.resolve()
    this.#child.kill("SIGKILL")
  }

  /** Input that ends early must never be taken for all of it: the process is ended before it could. */
  async #feed(stdin: Writable, job: DataJob, input: Readable | undefined): Promise<void> {
    stdin.on("error", () => undefined)
    stdin.write(`${JSON.stringify(job)}\n`)
    if (input === undefined) return void stdin.end()
    try {
      // A pipeline would end the connection of the client, which is still sending, before it has the answer.
      for await (const chunk of input.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        collectBuffers(chunk.length)
        if (!stdin.write(chunk)) await roomOf(stdin)
        // A process that has found a fault reads no further.
        if (stdin.destroyed) return await drainBody(input)
      }
      stdin.end()
    } catch (error) {
      this.kill(alyxError("BAD_REQUEST", { message: "The connection ended before the file did.", cause: error }))
    }
  }

  async #hear(messages: Readable, { onProgress }: DataProcessOptions): Promise<void> {
    for await (const line of createInterface({ input: messages })) {
      const message = JSON.parse(line) as DataMessage
      if (message.kind === "ready") this.#ready.resolve()
      else if (message.kind === "progress") onProgress?.({ message: message.message })
      else if (message.kind === "committing") this.#committing.resolve()
      else if (message.kind === "committed") this.#committed.resolve(message.wrote)
      else if (message.kind === "built") this.#built = message.built
      else this.#failure ??= receiveError(message.error, "The work beside the daemon")
    }
  }

  async #end(heard: Promise<void>, fed: Promise<void>, job: DataJob): Promise<BuiltDatabase | undefined> {
    await this.gone
    await heard
    // Of one that was ended from here nobody waits for the rest of the input, which may never come.
    await Promise.race([fed, this.#killed.promise])
    const isGood = this.#child.exitCode === 0 && this.#failure === undefined
    const failure = isGood
      ? undefined
      : (this.#failure ?? new Error(`The process of a ${job.kind} ended: ${this.#lastWords}`))
    if (failure === undefined) {
      this.#ready.resolve()
      this.#committing.resolve()
      this.#committed.resolve(false)
      return this.#built
    }
    this.#ready.reject(failure)
    this.#committing.reject(failure)
    this.#committed.reject(failure)
    throw failure
  }
}

const collectBuffers = collectingBuffers()

/** Resolves when a stream takes more, or is closed. */
async function roomOf(stream: Writable): Promise<void> {
  if (stream.destroyed || !stream.writableNeedDrain) return
  const { promise, resolve } = Promise.withResolvers<void>()
  const go = (): void => resolve()
  stream.once("drain", go).once("close", go)
  await promise
  stream.off("drain", go).off("close", go)
}

/** Resolves when a process has ended, or could not be started. */
async function goneOf(child: ChildProcess): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  child.on("error", () => {
    if (child.pid === undefined) resolve()
  })
  void once(child, "exit").then(() => resolve())
  await promise
}
