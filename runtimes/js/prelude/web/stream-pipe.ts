import type { ReadableStream } from "./readable-stream.ts"
import type { WritableStream } from "./writable-stream.ts"

/** What `pipeTo` takes. */
export interface PipeOptions {
  readonly preventClose?: boolean
  readonly preventAbort?: boolean
  readonly preventCancel?: boolean
  readonly signal?: {
    readonly aborted: boolean
    readonly reason: unknown
    addEventListener(type: "abort", listener: () => void): void
    removeEventListener(type: "abort", listener: () => void): void
  }
}

/** Reads one stream into another, at the pace of the slower; an end or an error of one reaches the other. */
export async function pipeTo(source: ReadableStream, destination: WritableStream, options: PipeOptions): Promise<void> {
  const reader = source.getReader()
  const writer = destination.getWriter()
  const aborted = watch(options.signal)
  try {
    for (;;) {
      await Promise.race([writer.ready, aborted.promise])
      const { done, value } = await Promise.race([reader.read(), failed(writer.closed), aborted.promise])
      if (done) break
      writer.write(value).catch(() => undefined)
    }
    if (options.preventClose !== true) await writer.close()
  } catch (error) {
    if (options.preventAbort !== true) await writer.abort(error).catch(() => undefined)
    if (options.preventCancel !== true) await reader.cancel(error).catch(() => undefined)
    throw error
  } finally {
    aborted.stop()
    reader.releaseLock()
    writer.releaseLock()
  }
}

/** Only its rejection counts. */
function failed(closed: Promise<void>): Promise<never> {
  return new Promise((_resolve, reject) => {
    closed.catch(reject)
  })
}

function watch(signal: PipeOptions["signal"]): { readonly promise: Promise<never>; stop(): void } {
  const { promise, reject } = Promise.withResolvers<never>()
  promise.catch(() => undefined)
  if (signal === undefined) return { promise, stop: () => undefined }
  const listener = (): void => reject(signal.reason)
  if (signal.aborted) listener()
  signal.addEventListener("abort", listener)
  return { promise, stop: () => signal.removeEventListener("abort", listener) }
}
