import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from "fastify"

import { alyxError } from "../../../errors.ts"
import type { HttpConfig } from "../parts.ts"
import type { UntakenAnswers } from "../untaken-answers.ts"

/**
 * Requests in work at once. At 64 clients a write waits a few milliseconds for its commit; a thousand waiting requests
 * are a second of work, after which more waiting helps nobody.
 */
export const inFlightMax = 1_000

/** Bytes of large answers that clients have not taken yet; beyond them reads with a large answer are refused, and writes. */
export const untakenBytesMax = 256 * 1024 * 1024

/** How busy the server is. */
export interface Load {
  readonly inFlight: () => number
  readonly untaken: UntakenAnswers
}

/** Makes the hook that refuses URLs that are too long, and requests that come on top of too much. */
export function requestLimits(config: () => HttpConfig, { inFlight, untaken }: Load) {
  return (request: FastifyRequest, _reply: FastifyReply, done: HookHandlerDoneFunction): void => {
    const { urlLimitBytes } = config().server
    const url = request.raw.url ?? ""
    if (url.length > urlLimitBytes) {
      return done(
        alyxError("URL_TOO_LONG", {
          message: `The URL has ${url.length} bytes; this server reads ${urlLimitBytes}.`,
          next: "Ask for less at once, or raise server.url_limit.",
        }),
      )
    }
    // The owner must be able to look, and to stop the daemon, above all when it is overloaded; and what a function asks
    // without a socket is part of a request that was let in.
    const isExempt = request.caller.owner || request.invocation !== null
    if ((inFlight() > inFlightMax || (untaken.isFull && !isRead(request))) && !isExempt) {
      return done(alyxError("OVERLOADED", { retryAfterSeconds: 1 }))
    }
    return done()
  }
}

/** What only reads can be refused after the work is done, when its answer is known to be large. */
export function isRead({ method }: FastifyRequest): boolean {
  return method === "GET" || method === "HEAD"
}
