import { AbortController, type AbortSignal } from "./abort.ts"
import { nameClass } from "./define-global.ts"
import { type Deferred, deferred } from "./deferred.ts"
import { type QueuingStrategy, StreamQueue } from "./stream-queue.ts"

/** Where the chunks that are written go. */
export interface UnderlyingSink {
  start?(controller: WritableStreamDefaultController): unknown
  write?(chunk: unknown, controller: WritableStreamDefaultController): unknown
  close?(): unknown
  abort?(reason: unknown): unknown
}

/** What a sink is given. */
export interface WritableStreamDefaultController {
  readonly signal: AbortSignal
  error(reason?: unknown): void
}

/** The state of one WritableStream: one write at a time, in order. */
class WritableCore {
  state: "writable" | "closing" | "closed" | "errored" = "writable"
  storedError: unknown = undefined
  isLocked = false
  readonly queue: StreamQueue
  readonly closed: Deferred<void> = deferred()
  ready: Deferred<void> = deferred()
  readonly #sink: UnderlyingSink
  readonly #abort = new AbortController()
  /** The last of what is under way. */
  #tail: Promise<unknown>

  constructor(sink: UnderlyingSink, strategy: QueuingStrategy | null | undefined) {
    this.#sink = sink
    this.queue = new StreamQueue(strategy, 1)
    this.#tail = Promise.resolve(sink.start?.(this.#controller()))
    this.#tail.catch((error: unknown) => this.fail(error))
    if (this.queue.desiredSize > 0) this.ready.resolve()
  }

  get desiredSize(): number | null {
    if (this.state === "errored") return null
    return this.state === "closed" ? 0 : this.queue.desiredSize
  }

  write(chunk: unknown): Promise<void> {
    if (this.state === "errored") return Promise.reject(this.storedError)
    if (this.state !== "writable") return Promise.reject(new TypeError("The stream is closed: nothing can be written."))
    try {
      this.queue.push(chunk)
    } catch (error) {
      this.fail(error)
      return Promise.reject(error)
    }
    if (this.queue.desiredSize <= 0) this.ready = deferred()
    return this.#after(async () => {
      await this.#sink.write?.(chunk, this.#controller())
      this.queue.shift()
      if (this.queue.desiredSize > 0 && this.state === "writable") this.ready.resolve()
    })
  }

  close(): Promise<void> {
    if (this.state === "errored") return Promise.reject(this.storedError)
    if (this.state !== "writable") return Promise.reject(new TypeError("The stream is closed already."))
    this.state = "closing"
    this.ready.resolve()
    return this.#after(async () => {
      await this.#sink.close?.()
      this.state = "closed"
      this.closed.resolve()
    })
  }

  async abort(reason: unknown): Promise<void> {
    if (this.state === "closed" || this.state === "errored") return
    this.#abort.abort(reason)
    this.fail(reason)
    await this.#tail.catch(() => undefined)
    await this.#sink.abort?.(reason)
  }

  fail(error: unknown): void {
    if (this.state === "closed" || this.state === "errored") return
    this.state = "errored"
    this.storedError = error
    this.closed.reject(error)
    this.ready.reject(error)
    this.ready = deferred()
    this.ready.reject(error)
  }

  #after(work: () => Promise<void>): Promise<void> {
    const before = this.#tail
    const run = async (): Promise<void> => {
      await before
      if (this.state === "errored") throw this.storedError
      await work()
    }
    const done = run()
    done.catch((error: unknown) => this.fail(error))
    this.#tail = done
    return done
  }

  #controller(): WritableStreamDefaultController {
    return { signal: this.#abort.signal, error: (reason) => this.fail(reason) }
  }
}

const cores = new WeakMap<WritableStream, WritableCore>()

function coreOf(stream: WritableStream): WritableCore {
  const core = cores.get(stream)
  if (core === undefined) throw new TypeError("This is not a WritableStream.")
  return core
}

/** The standard's WritableStream. */
export class WritableStream {
  constructor(sink: UnderlyingSink | null = {}, strategy?: QueuingStrategy | null) {
    cores.set(this, new WritableCore(sink ?? {}, strategy))
  }

  get locked(): boolean {
    return coreOf(this).isLocked
  }

  abort(reason?: unknown): Promise<void> {
    return this.locked ? Promise.reject(lockedError()) : coreOf(this).abort(reason)
  }

  close(): Promise<void> {
    return this.locked ? Promise.reject(lockedError()) : coreOf(this).close()
  }

  getWriter(): WritableStreamDefaultWriter {
    return new WritableStreamDefaultWriter(this)
  }
}

nameClass(WritableStream, "WritableStream")

/** Writes a stream chunk by chunk; the stream is locked to it until it lets go. */
export class WritableStreamDefaultWriter {
  #core: WritableCore | null

  constructor(stream: WritableStream) {
    const core = coreOf(stream)
    if (core.isLocked) throw lockedError()
    core.isLocked = true
    this.#core = core
  }

  get closed(): Promise<void> {
    return this.#core === null ? Promise.reject(released()) : this.#core.closed.promise
  }

  get ready(): Promise<void> {
    return this.#core === null ? Promise.reject(released()) : this.#core.ready.promise
  }

  get desiredSize(): number | null {
    if (this.#core === null) throw released()
    return this.#core.desiredSize
  }

  write(chunk?: unknown): Promise<void> {
    return this.#core === null ? Promise.reject(released()) : this.#core.write(chunk)
  }

  close(): Promise<void> {
    return this.#core === null ? Promise.reject(released()) : this.#core.close()
  }

  abort(reason?: unknown): Promise<void> {
    return this.#core === null ? Promise.reject(released()) : this.#core.abort(reason)
  }

  releaseLock(): void {
    if (this.#core !== null) this.#core.isLocked = false
    this.#core = null
  }
}

nameClass(WritableStreamDefaultWriter, "WritableStreamDefaultWriter")

function lockedError(): TypeError {
  return new TypeError("The stream is locked to a writer.")
}

function released(): TypeError {
  return new TypeError("The writer has let go of its stream.")
}
