import { nameClass } from "./define-global.ts"
import { ReadableCore, type ReadResult, type UnderlyingSource } from "./readable-core.ts"
import type { QueuingStrategy } from "./stream-queue.ts"
import { pipeTo, type PipeOptions } from "./stream-pipe.ts"
import { StreamBranches } from "./stream-branches.ts"
import type { WritableStream } from "./writable-stream.ts"

const cores = new WeakMap<ReadableStream, ReadableCore>()

/** The state of a stream, for the platform's own use. */
export function coreOf(stream: ReadableStream): ReadableCore {
  const core = cores.get(stream)
  if (core === undefined) throw new TypeError("This is not a ReadableStream.")
  return core
}

/** The standard's ReadableStream, without readers that bring their own buffer. */
export class ReadableStream {
  constructor(source: UnderlyingSource | null = {}, strategy?: QueuingStrategy | null) {
    const type: unknown = source?.type
    if (type !== undefined && type !== "bytes") throw new RangeError(`A stream's type is "bytes" or left out.`)
    cores.set(this, new ReadableCore(source ?? {}, strategy, type === "bytes" ? 0 : 1))
  }

  static from(iterable: Iterable<unknown> | AsyncIterable<unknown>): ReadableStream {
    const iterator = openIterator(iterable)
    return new ReadableStream(
      {
        async pull(controller) {
          const { done, value } = await iterator.next()
          if (done === true) controller.close()
          else controller.enqueue(await value)
        },
        async cancel(reason) {
          await iterator.return?.(reason)
        },
      },
      { highWaterMark: 0 },
    )
  }

  get locked(): boolean {
    return coreOf(this).isLocked
  }

  cancel(reason?: unknown): Promise<void> {
    if (this.locked) return Promise.reject(new TypeError("The stream is locked to a reader: cancel by the reader."))
    return coreOf(this).cancel(reason)
  }

  getReader(options?: { readonly mode?: string } | null): ReadableStreamDefaultReader {
    if (options?.mode !== undefined)
      throw new TypeError(`Readers with mode "${options.mode}" are not there; use getReader().`)
    return new ReadableStreamDefaultReader(this)
  }

  tee(): [ReadableStream, ReadableStream] {
    const branches = new StreamBranches(this.getReader())
    const branch = (): ReadableStream => new ReadableStream(branches.source(), { highWaterMark: 0 })
    return [branch(), branch()]
  }

  pipeTo(destination: WritableStream, options?: PipeOptions | null): Promise<void> {
    return pipeTo(this, destination, options ?? {})
  }

  pipeThrough(
    transform: { readonly readable: ReadableStream; readonly writable: WritableStream },
    options?: PipeOptions | null,
  ): ReadableStream {
    this.pipeTo(transform.writable, options).catch(() => undefined)
    return transform.readable
  }

  values(options?: { readonly preventCancel?: boolean } | null): AsyncIterableIterator<unknown> {
    return iterate(this.getReader(), Boolean(options?.preventCancel))
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<unknown> {
    return this.values()
  }
}

nameClass(ReadableStream, "ReadableStream")

/** Reads a stream chunk by chunk; the stream is locked to it until it lets go. */
export class ReadableStreamDefaultReader {
  readonly #core: ReadableCore
  #isReleased = false
  #closed: Promise<void>

  constructor(stream: ReadableStream) {
    const core = coreOf(stream)
    if (core.isLocked) throw new TypeError("The stream is locked to a reader already.")
    core.isLocked = true
    this.#core = core
    this.#closed = core.closed.promise
  }

  get closed(): Promise<void> {
    return this.#closed
  }

  read(): Promise<ReadResult> {
    return this.#isReleased ? Promise.reject(released()) : this.#core.read()
  }

  cancel(reason?: unknown): Promise<void> {
    return this.#isReleased ? Promise.reject(released()) : this.#core.cancel(reason)
  }

  releaseLock(): void {
    if (this.#isReleased) return
    this.#isReleased = true
    this.#core.isLocked = false
    for (const request of this.#core.requests.splice(0)) request.reject(released())
    this.#closed = Promise.reject(released())
    this.#closed.catch(() => undefined)
  }
}

nameClass(ReadableStreamDefaultReader, "ReadableStreamDefaultReader")

function released(): TypeError {
  return new TypeError("The reader has let go of its stream.")
}

function openIterator(iterable: unknown): AsyncIterator<unknown> | Iterator<unknown> {
  const source = Object(iterable) as Record<symbol, unknown>
  const open = source[Symbol.asyncIterator] ?? source[Symbol.iterator]
  if (typeof open !== "function") throw new TypeError("ReadableStream.from takes what can be iterated.")
  return open.call(iterable) as AsyncIterator<unknown>
}

function iterate(reader: ReadableStreamDefaultReader, preventCancel: boolean): AsyncIterableIterator<unknown> {
  const iterator: AsyncIterableIterator<unknown> = {
    async next() {
      const result = await reader.read()
      if (result.done) reader.releaseLock()
      return result as IteratorResult<unknown>
    },
    async return(value: unknown) {
      const cancelled = preventCancel ? undefined : reader.cancel(value)
      reader.releaseLock()
      await cancelled
      return { done: true, value }
    },
    [Symbol.asyncIterator]() {
      return iterator
    },
  }
  return iterator
}
