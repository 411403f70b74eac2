import { type Deferred, deferred } from "./deferred.ts"
import { type QueuingStrategy, StreamQueue } from "./stream-queue.ts"

/** Where a stream's chunks come from. */
export interface UnderlyingSource {
  readonly type?: string | undefined
  start?(controller: ReadableStreamDefaultController): unknown
  pull?(controller: ReadableStreamDefaultController): unknown
  cancel?(reason: unknown): unknown
}

/** What `read` answers. */
export interface ReadResult {
  readonly done: boolean
  readonly value: unknown
}

/** The state of one ReadableStream: the algorithms of the Streams Standard for default controllers. */
export class ReadableCore {
  state: "readable" | "closed" | "errored" = "readable"
  storedError: unknown = undefined
  isLocked = false
  isDisturbed = false
  readonly queue: StreamQueue
  closed: Deferred<void> = deferred()
  requests: Deferred<ReadResult>[] = []
  readonly #source: UnderlyingSource
  readonly #controller: ReadableStreamDefaultController
  #isStarted = false
  #isPulling = false
  #pullsAgain = false
  #isCloseAsked = false

  constructor(source: UnderlyingSource, strategy: QueuingStrategy | null | undefined, highWaterMark: number) {
    this.#source = source
    this.queue = new StreamQueue(strategy, highWaterMark)
    this.#controller = new ReadableStreamDefaultController(this)
    void this.#begin(source.start?.(this.#controller))
  }

  get canEnqueue(): boolean {
    return this.state === "readable" && !this.#isCloseAsked
  }

  get desiredSize(): number | null {
    if (this.state === "errored") return null
    return this.state === "closed" ? 0 : this.queue.desiredSize
  }

  enqueue(chunk: unknown): void {
    if (!this.canEnqueue) throw new TypeError("The stream is closed: nothing can be enqueued.")
    const request = this.requests.shift()
    if (request !== undefined) request.resolve({ done: false, value: chunk })
    else
      try {
        this.queue.push(chunk)
      } catch (error) {
        this.fail(error)
        throw error
      }
    this.#pullIfNeeded()
  }

  askToClose(): void {
    if (!this.canEnqueue) throw new TypeError("The stream is closed already.")
    this.#isCloseAsked = true
    if (this.queue.length === 0) this.#close()
  }

  fail(error: unknown): void {
    if (this.state !== "readable") return
    this.state = "errored"
    this.storedError = error
    this.queue.clear()
    this.closed.reject(error)
    for (const request of this.requests.splice(0)) request.reject(error)
  }

  read(): Promise<ReadResult> {
    this.isDisturbed = true
    if (this.state === "errored") return Promise.reject(this.storedError)
    if (this.state === "closed") return Promise.resolve({ done: true, value: undefined })
    if (this.queue.length > 0) {
      const value = this.queue.shift()
      if (this.#isCloseAsked && this.queue.length === 0) this.#close()
      else this.#pullIfNeeded()
      return Promise.resolve({ done: false, value })
    }
    const request = deferred<ReadResult>()
    this.requests.push(request)
    this.#pullIfNeeded()
    return request.promise
  }

  async cancel(reason: unknown): Promise<void> {
    this.isDisturbed = true
    if (this.state === "closed") return
    if (this.state === "errored") throw this.storedError
    this.queue.clear()
    this.#close()
    await this.#source.cancel?.(reason)
  }

  async #begin(started: unknown): Promise<void> {
    try {
      await started
      this.#isStarted = true
      this.#pullIfNeeded()
    } catch (error) {
      this.fail(error)
    }
  }

  #close(): void {
    this.state = "closed"
    this.closed.resolve()
    for (const request of this.requests.splice(0)) request.resolve({ done: true, value: undefined })
  }

  #pullIfNeeded(): void {
    const wants = this.requests.length > 0 || this.queue.desiredSize > 0
    if (!this.#isStarted || !this.canEnqueue || !wants || this.#source.pull === undefined) return
    if (this.#isPulling) {
      this.#pullsAgain = true
      return
    }
    this.#isPulling = true
    void this.#pull()
  }

  async #pull(): Promise<void> {
    try {
      await this.#source.pull?.(this.#controller)
    } catch (error) {
      this.fail(error)
    }
    this.#isPulling = false
    if (!this.#pullsAgain) return
    this.#pullsAgain = false
    this.#pullIfNeeded()
  }
}

/** What a source is given to fill its stream with. */
export class ReadableStreamDefaultController {
  readonly #core: ReadableCore

  constructor(core: ReadableCore) {
    if (!(core instanceof ReadableCore)) throw new TypeError("Illegal constructor")
    this.#core = core
  }

  get desiredSize(): number | null {
    return this.#core.desiredSize
  }

  enqueue(chunk?: unknown): void {
    this.#core.enqueue(chunk)
  }

  close(): void {
    this.#core.askToClose()
  }

  error(reason?: unknown): void {
    this.#core.fail(reason)
  }
}
