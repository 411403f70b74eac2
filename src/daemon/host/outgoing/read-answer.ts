import type { IncomingMessage } from "node:http"
import type { Readable, Transform } from "node:stream"
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from "node:zlib"

import { alyxError } from "../../../errors.ts"
import { guestLimits } from "../../../functions/guest-abi.ts"

/** Of an answer, also when it is unpacked; the rest of a frame is for its header. */
export const answerBytesMax = guestLimits.frameBytesMax - 128 * 1024

/** Encodings put on each other. */
const encodingCountMax = 3

/** Reads the body of an answer to its end and unpacks it; neither form may be larger than the limit. */
export async function readAnswer(response: IncomingMessage, from: string): Promise<Buffer> {
  const packed = await collect(response, from)
  let body = packed
  for (const encoding of encodingsOf(response, packed).toReversed()) {
    // oxlint-disable-next-line no-await-in-loop -- what is packed twice is unpacked one after the other
    body = await unpack(body, encoding, from)
  }
  return body
}

/** The encodings that are undone, in the order in which they were made; none where one of them is unknown. */
export function encodingsOf({ headers }: IncomingMessage, packed?: Buffer): string[] {
  const words = (headers["content-encoding"] ?? "").toLowerCase().split(",")
  const encodings = words.map((word) => word.trim()).filter((word) => word !== "" && word !== "identity")
  const isKnown = encodings.length <= encodingCountMax && encodings.every((encoding) => known.has(encoding))
  return isKnown && packed?.length !== 0 ? encodings : []
}

const known: ReadonlySet<string> = new Set(["gzip", "x-gzip", "deflate", "br"])

async function collect(stream: Readable, from: string): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > answerBytesMax) {
      throw alyxError("ANSWER_TOO_LARGE", {
        message: `The answer of ${from} is larger than ${Math.floor(answerBytesMax / 1024 ** 2)} MB, the most that a function is given.`,
        next: "Ask for a part of it, with the header range, or in pages.",
      })
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, length)
}

/** Unpacks as it comes, so that a small answer that would become a large one is given up in time. */
async function unpack(packed: Buffer, encoding: string, from: string): Promise<Buffer> {
  const unpacking = unpackerOf(encoding, packed)
  unpacking.end(packed)
  try {
    return await collect(unpacking, from)
  } catch (error) {
    if (!(error instanceof Error) || !("errno" in error)) throw error
    throw alyxError("FETCH_FAILED", { message: `The answer of ${from} is no valid ${encoding}.`, cause: error })
  } finally {
    unpacking.destroy()
  }
}

function unpackerOf(encoding: string, packed: Buffer): Transform {
  if (encoding === "br") return createBrotliDecompress()
  if (encoding !== "deflate") return createGunzip()
  // Some servers leave out the header that the standard wants.
  return (packed[0]! & 0x0f) === 0x08 ? createInflate() : createInflateRaw()
}
