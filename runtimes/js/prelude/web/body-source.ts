import { guestLimits } from "../../../../src/functions/guest-abi.ts"
import { Blob, blobBytes } from "./blob.ts"
import { bytesOf, isBytesLike, joinBytes } from "./bytes-of.ts"
import { FormData } from "./form-data.ts"
import { encodeMultipart } from "./multipart.ts"
import { ReadableStream } from "./readable-stream.ts"
import { URLSearchParams } from "./url-search-params.ts"
import { encodeText } from "./utf8.ts"
import { usvString } from "./web-idl.ts"

/** What a body is made from: bytes that are there, or a stream of them. */
export interface BodySource {
  readonly content: Uint8Array | ReadableStream
  /** Of `content-type`; null for none. */
  readonly type: string | null
}

/** Reads whatever the platform takes as a body. */
export function readBodySource(value: unknown): BodySource {
  if (value instanceof ReadableStream) return { content: value, type: null }
  if (isBytesLike(value)) return { content: bytesOf(value).slice(), type: null }
  if (value instanceof Blob) return { content: blobBytes(value), type: value.type === "" ? null : value.type }
  if (value instanceof URLSearchParams)
    return { content: encodeText(String(value)), type: "application/x-www-form-urlencoded;charset=UTF-8" }
  if (value instanceof FormData) {
    const { bytes, boundary } = encodeMultipart(value)
    return { content: bytes, type: `multipart/form-data; boundary=${boundary}` }
  }
  if (typeof value === "object" && value !== null && Symbol.asyncIterator in value)
    return { content: ReadableStream.from(value as AsyncIterable<unknown>), type: null }
  return { content: encodeText(usvString(value)), type: "text/plain;charset=UTF-8" }
}

/** All bytes of a stream. More than a frame holds is an error, as is a chunk that is not bytes. */
export async function collectStream(stream: ReadableStream): Promise<Uint8Array> {
  const reader = stream.getReader()
  const pieces: Uint8Array[] = []
  let size = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return joinBytes(pieces)
    if (!(value instanceof Uint8Array))
      throw await refuse(reader, new TypeError("A body is a stream of Uint8Array: a chunk is not."))
    size += value.length
    if (size > guestLimits.frameBytesMax)
      throw await refuse(reader, new RangeError(`A body is at most ${guestLimits.frameBytesMax / 1024 / 1024} MB.`))
    pieces.push(value)
  }
}

async function refuse(reader: { cancel(reason: unknown): Promise<void> }, error: Error): Promise<Error> {
  await reader.cancel(error).catch(() => undefined)
  return error
}
