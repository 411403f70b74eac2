import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from "fastify"

import { alyxError } from "../../../errors.ts"
import type { HttpConfig } from "../parts.ts"

/**
 * Requests in work at once. At 64 clients a write waits a few milliseconds for its commit; a thousand waiting requests
 * are a second of work, after which more waiting helps nobody.
 */
export const inFlightMax = 1_000

/** Makes the hook that refuses URLs that are too long, and requests that come on top of too many. */
export function requestLimits(config: () => HttpConfig, inFlight: () => number) {
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
    // The owner must be able to look, and to stop the daemon, above all when it is overloaded.
    if (inFlight() > inFlightMax && !request.caller.owner) {
      return done(alyxError("OVERLOADED", { retryAfterSeconds: 1 }))
    }
    return done()
  }
}
