import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from "fastify"

import { alyxError } from "../../../errors.ts"
import { addressGroup } from "../../../lib/address-group.ts"
import { BoundedCache } from "../../../lib/bounded-cache.ts"
import type { Clock } from "../../../lib/clock.ts"
import { RateCounter } from "../../../lib/rate-counter.ts"
import type { RateVerdict } from "../../../lib/rate-counter.ts"
import type { Rate } from "../../../lib/units.ts"
import type { HttpConfig } from "../parts.ts"

/**
 * Addresses, and keys, that are counted at once; about 10 MB. Beyond them the oldest begin anew: whoever has so many
 * addresses is stopped by `inFlightMax`, not here.
 */
const keysMax = 50_000

/** IPv6 addresses whose block is remembered, since reading one costs more than counting it. */
const rememberedGroupsMax = 10_000

/** What counting needs. */
export interface RequestRatesParts {
  readonly config: () => HttpConfig
  readonly clock: Clock
}

/**
 * Counts requests by the address of the client and by API key, against server.rate_limit. The owner, over the local
 * socket, is never counted; loopback is like any other address.
 */
export class RequestRates {
  readonly #config: () => HttpConfig
  readonly #addresses: RateCounter
  readonly #keys: RateCounter
  readonly #groups = new BoundedCache<string>({ sizeMax: rememberedGroupsMax, keyLengthMax: 64 })

  constructor({ config, clock }: RequestRatesParts) {
    this.#config = config
    this.#addresses = new RateCounter({ clock, keysMax, rate: () => config().server.rateLimit.address })
    this.#keys = new RateCounter({ clock, keysMax, rate: () => config().server.rateLimit.key })
  }

  /** The hook for addresses. It stands before the token is looked at, so that guessing tokens is limited too. */
  readonly byAddress = (request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void => {
    const { owner, address } = request.caller
    const rate = this.#config().server.rateLimit.address
    // The call that a function asks for was counted.
    if (rate === null || owner || request.invocation !== null) return done()
    const verdict = this.#addresses.take(this.#groupOf(address))
    if (verdict.isAllowed) done()
    else done(refused(reply, { what: "address", rate, verdict }))
  }

  /** The hook for API keys. */
  readonly byKey = (request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void => {
    const { id } = request.caller.auth
    const rate = this.#config().server.rateLimit.key
    if (rate === null || id === null || !id.startsWith("key:") || request.invocation !== null) return done()
    const verdict = this.#keys.take(id)
    if (verdict.isAllowed) done()
    else done(refused(reply, { what: "key", rate, verdict }))
  }

  #groupOf(address: string): string {
    return address.includes(":") ? this.#groups.get(address, addressGroup) : address
  }
}

/** The header fields are those of the IETF's draft on rate limits; they come with refusals alone, since they cost. */
function refused(
  reply: FastifyReply,
  { what, rate, verdict }: { readonly what: "address" | "key"; readonly rate: Rate; readonly verdict: RateVerdict },
): Error {
  const { retryAfterSeconds } = verdict
  const windowSeconds = Math.ceil(rate.windowMs / 1_000)
  reply.header("ratelimit-policy", `"${what}";q=${rate.count};w=${windowSeconds}`)
  reply.header("ratelimit", `"${what}";r=0;t=${retryAfterSeconds}`)
  return alyxError("RATE_LIMITED", {
    message: `This ${what === "key" ? "API key" : "address"} has asked more than ${rate.count} times in ${windowSeconds} s.`,
    next: `Wait ${retryAfterSeconds} s; server.rate_limit.${what} is how much is allowed.`,
    retryAfterSeconds,
  })
}
