import { nameClass } from "./define-global.ts"
import { type Deferred, deferred } from "./deferred.ts"
import { type ReadableStreamDefaultController } from "./readable-core.ts"
import { ReadableStream } from "./readable-stream.ts"
import type { QueuingStrategy } from "./stream-queue.ts"
import { TextDecoder } from "./text-decoder.ts"
import { WritableStream } from "./writable-stream.ts"
import { encodeText } from "./utf8.ts"

/** What is done with chunks on their way. */
export interface Transformer {
  start?(controller: TransformStreamDefaultController): unknown
  transform?(chunk: unknown, controller: TransformStreamDefaultController): unknown
  flush?(controller: TransformStreamDefaultController): unknown
  cancel?(reason: unknown): unknown
}

/** What a transformer is given. */
export interface TransformStreamDefaultController {
  readonly desiredSize: number | null
  enqueue(chunk?: unknown): void
  error(reason?: unknown): void
  terminate(): void
}

/** The standard's TransformStream: what is written comes out changed, at the reader's pace. */
export class TransformStream {
  readonly #readable: ReadableStream
  readonly #writable: WritableStream

  constructor(
    transformer: Transformer | null = {},
    writing?: QueuingStrategy | null,
    reading?: QueuingStrategy | null,
  ) {
    const transform = transformer ?? {}
    const wanted: { pull: Deferred<void> } = { pull: deferred() }
    const held: { readable: ReadableStreamDefaultController | null; failWriting: (reason: unknown) => void } = {
      readable: null,
      failWriting: () => undefined,
    }
    const controller: TransformStreamDefaultController = {
      get desiredSize() {
        return held.readable?.desiredSize ?? null
      },
      enqueue: (chunk) => held.readable?.enqueue(chunk),
      error: (reason) => {
        held.readable?.error(reason)
        held.failWriting(reason)
        wanted.pull.resolve()
      },
      terminate: () => {
        held.readable?.close()
        held.failWriting(new TypeError("The stream was terminated."))
        wanted.pull.resolve()
      },
    }
    this.#readable = new ReadableStream(
      {
        start: (own) => {
          held.readable = own
        },
        pull: () => wanted.pull.resolve(),
        cancel: (reason) => {
          held.failWriting(reason)
          wanted.pull.resolve()
          return transform.cancel?.(reason)
        },
      },
      { highWaterMark: 0, ...reading },
    )
    this.#writable = new WritableStream(makeSink(transform, controller, { wanted, held }), writing)
  }

  get readable(): ReadableStream {
    return this.#readable
  }

  get writable(): WritableStream {
    return this.#writable
  }
}

nameClass(TransformStream, "TransformStream")

interface Shared {
  readonly wanted: { pull: Deferred<void> }
  readonly held: { readable: ReadableStreamDefaultController | null; failWriting: (reason: unknown) => void }
}

function makeSink(transform: Transformer, controller: TransformStreamDefaultController, shared: Shared): object {
  const { wanted, held } = shared
  const guarded = async (work: () => unknown): Promise<void> => {
    try {
      await work()
    } catch (error) {
      held.readable?.error(error)
      throw error
    }
  }
  return {
    start: (own: { error(reason: unknown): void }) => {
      held.failWriting = (reason) => own.error(reason)
      return guarded(() => transform.start?.(controller))
    },
    write: async (chunk: unknown) => {
      if ((held.readable?.desiredSize ?? 1) <= 0) {
        await wanted.pull.promise
        wanted.pull = deferred()
      }
      await guarded(() =>
        transform.transform === undefined ? controller.enqueue(chunk) : transform.transform(chunk, controller),
      )
    },
    close: () =>
      guarded(async () => {
        await transform.flush?.(controller)
        if (held.readable?.desiredSize !== null) closeQuietly(held.readable)
      }),
    abort: (reason: unknown) => held.readable?.error(reason),
  }
}

/** A transformer may have ended the stream itself. */
function closeQuietly(readable: ReadableStreamDefaultController | null | undefined): void {
  try {
    readable?.close()
  } catch {
    // Closed already.
  }
}

/** Text out of bytes. */
export class TextDecoderStream extends TransformStream {
  readonly #decoder: TextDecoder

  constructor(label?: string, options?: { readonly fatal?: boolean; readonly ignoreBOM?: boolean }) {
    const decoder = new TextDecoder(label, options)
    super({
      transform: (chunk, controller) => {
        const text = decoder.decode(chunk as Uint8Array, { stream: true })
        if (text !== "") controller.enqueue(text)
      },
      flush: (controller) => {
        const text = decoder.decode()
        if (text !== "") controller.enqueue(text)
      },
    })
    this.#decoder = decoder
  }

  get encoding(): string {
    return this.#decoder.encoding
  }

  get fatal(): boolean {
    return this.#decoder.fatal
  }

  get ignoreBOM(): boolean {
    return this.#decoder.ignoreBOM
  }
}

/** Bytes out of text; the halves of a pair may come in two chunks. */
export class TextEncoderStream extends TransformStream {
  constructor() {
    let half = ""
    super({
      transform: (chunk, controller) => {
        const text = half + String(chunk)
        half = /[\uD800-\uDBFF]$/.test(text) ? text.slice(-1) : ""
        const whole = half === "" ? text : text.slice(0, -1)
        if (whole !== "") controller.enqueue(encodeText(whole))
      },
      flush: (controller) => {
        if (half !== "") controller.enqueue(encodeText(half))
      },
    })
  }

  get encoding(): string {
    return "utf-8"
  }
}
