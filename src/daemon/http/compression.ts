import { gzip } from "node:zlib"

import type { FastifyReply, FastifyRequest } from "fastify"

import { alyxError } from "../../errors.ts"
import { compressedTag } from "../records/etag.ts"
import { isRead } from "./middleware/limits.ts"
import { addVary } from "./middleware/vary.ts"
import { countedBytesMin, type UntakenAnswers } from "./untaken-answers.ts"

/**
 * Smaller bodies are never compressed: a gzip stream costs the main thread about 45 µs, as much as the rest of a short
 * request, and below this size it saves at most two packets.
 */
export const compressedBytesMin = 4_096

/** Level 6 takes up to twice the time of 4 for 5 to 10 % less (84 KB of documents: 18.1 KB in 1.6 ms, 19.9 KB in 0.7 ms). */
const gzipLevel = 4

/** zlib shares four threads with the syncs of the database: compression never takes more than half of them. */
const concurrencyMax = 2

/** What Compression needs. */
export interface CompressionOptions {
  readonly isEnabled: () => boolean
  readonly untaken: UntakenAnswers
}

/** Sends bodies, compressed where that pays, as long as clients take them. */
export class Compression {
  readonly #options: CompressionOptions
  #running = 0

  constructor(options: CompressionOptions) {
    this.#options = options
  }

  /** Sends a finished body; the content type and an ETag, if there is one, must be set before. */
  send(request: FastifyRequest, reply: FastifyReply, body: string | Uint8Array): void {
    if (body.length < compressedBytesMin) return void reply.send(body)
    if (!this.#options.isEnabled()) return this.#hand(request, reply, body)
    addVary(reply, "Accept-Encoding")
    if (!acceptsGzip(request.headers["accept-encoding"]) || this.#running >= concurrencyMax) {
      return this.#hand(request, reply, body)
    }
    request.capture?.compress(body)
    this.#running += 1
    gzip(body, { level: gzipLevel }, (error, compressed) => {
      this.#running -= 1
      if (error) return void reply.send(error)
      const tag = reply.getHeader("etag")
      if (typeof tag === "string") reply.header("etag", compressedTag(tag))
      this.#hand(request, reply.header("content-encoding", "gzip"), compressed)
    })
  }

  /** A large answer is counted until the client has it; where there is no room for it, it is not kept. */
  #hand(request: FastifyRequest, reply: FastifyReply, body: string | Uint8Array): void {
    const bytes = body.length < countedBytesMin ? 0 : Buffer.byteLength(body)
    if (bytes < countedBytesMin) return void reply.send(body)
    const { untaken } = this.#options
    // What was written must be said: a client that is told to try again would write it twice.
    if (isRead(request) && !untaken.hasRoomFor(bytes)) {
      reply.removeHeader("content-encoding")
      return void reply.send(alyxError("OVERLOADED", { retryAfterSeconds: 1 }))
    }
    untaken.hold(reply.raw, bytes)
    // As bytes it is in memory once: of a string, the socket would keep a copy beside it.
    reply.send(typeof body === "string" ? Buffer.from(body) : body)
  }
}

/** True when Accept-Encoding names gzip (or anything) and does not give it the weight 0. */
export function acceptsGzip(header: string | string[] | undefined): boolean {
  if (header === undefined) return false
  let wildcard = false
  for (const part of String(header).toLowerCase().split(",")) {
    const [coding = "", ...parameters] = part.split(";").map((text) => text.trim())
    const refused = parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter))
    if (coding === "gzip" || coding === "x-gzip") return !refused
    if (coding === "*") wildcard = !refused
  }
  return wildcard
}
