import type { IncomingMessage } from "node:http"

import { alyxError } from "../../errors.ts"

/**
 * How much of a body that is too large is read and thrown away, so that a client which sends all before it reads gets
 * the answer instead of a reset connection. What is larger still is cut off.
 */
const discardedBytesMax = 16 * 1024 * 1024

/** The whole body; or why there is none, and then no bytes. */
export type BodyDone = (error: Error | null, bytes: Buffer) => void

const noBytes = Buffer.alloc(0)

/** Reads bodies into memory: each up to a limit, and all that are being read at once up to another. */
export class BodyReader {
  readonly #heldBytesMax: number
  #heldBytes = 0

  constructor(options: { readonly heldBytesMax: number }) {
    this.#heldBytesMax = options.heldBytesMax
  }

  /** Reads one body and calls `done` exactly once. */
  read(request: IncomingMessage, limitBytes: number, done: BodyDone): void {
    if (Number(request.headers["content-length"] ?? 0) > limitBytes + discardedBytesMax) {
      return done(tooLarge(limitBytes), noBytes)
    }
    let chunks: Buffer[] = []
    let lengthBytes = 0
    let heldBytes = 0
    const hold = (bytes: number) => {
      this.#heldBytes += bytes - heldBytes
      heldBytes = bytes
    }
    const finish = (error: Error | null, bytes: Buffer = noBytes) => {
      hold(0)
      request.off("data", onData).off("end", onEnd).off("error", onError).off("close", onClose)
      done(error, bytes)
    }
    const onData = (chunk: Buffer) => {
      lengthBytes += chunk.length
      if (lengthBytes > limitBytes) {
        chunks = []
        hold(0)
        if (lengthBytes > limitBytes + discardedBytesMax) finish(tooLarge(limitBytes))
        return
      }
      chunks.push(chunk)
      hold(lengthBytes)
      // A lone body always gets through, however large its limit is.
      if (this.#heldBytes > this.#heldBytesMax && this.#heldBytes > heldBytes) {
        finish(alyxError("OVERLOADED", { retryAfterSeconds: 1 }))
      }
    }
    const onEnd = () => {
      if (lengthBytes > limitBytes) finish(tooLarge(limitBytes))
      else finish(null, chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, lengthBytes))
    }
    const onError = (cause: Error) =>
      finish(alyxError("BAD_REQUEST", { message: "The connection ended before the body did.", cause }))
    const onClose = () => onError(new Error("closed"))
    request.on("data", onData).on("end", onEnd).on("error", onError).on("close", onClose)
  }
}

function tooLarge(limitBytes: number): Error {
  return alyxError("BODY_TOO_LARGE", {
    message: `The body has more than ${limitBytes} bytes.`,
    next: "Send less at once, or raise server.body_limit.",
  })
}
