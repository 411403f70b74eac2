import { hash, timingSafeEqual } from "node:crypto"

import type { FastifyRequest } from "fastify"

import { alyxError } from "../../errors.ts"
import type { Config } from "../../project/options.ts"
import { isKnown } from "../caller.ts"
import { isLoopback } from "./loopback.ts"
import type { RequireServed } from "./resource.ts"

/** What decides who may look at figures and at the description of the API. */
export interface InsiderParts {
  readonly config: () => Pick<Config, "metrics">
  /** The address that is listened on; null when there is none. */
  readonly address: () => { readonly host: string } | null
}

/** What a path asks of who looks at it from elsewhere. */
export interface InsiderPath {
  /** True where `metrics.token` opens the path too. */
  readonly takesMetricsToken: boolean
}

/**
 * Makes the check in front of paths that are open on loopback only. What decides is the address that is listened on:
 * behind a proxy on the same machine every request comes from loopback, and the proxy has to say whom it lets through.
 */
export function requireInsider({ config, address }: InsiderParts, { takesMetricsToken }: InsiderPath): RequireServed {
  return (request) => {
    const { caller } = request
    if (caller.isAdmin && caller.scope === null) return
    const host = address()?.host ?? null
    if (host !== null && isLoopback(host)) return
    if (takesMetricsToken && carriesToken(request, config().metrics.token)) return
    const tokens = takesMetricsToken ? "metrics.token or the token of an admin" : "the token of an admin"
    throw alyxError(isKnown(caller) ? "NOT_ADMIN" : "UNAUTHENTICATED", {
      message: `This server listens on ${host ?? "no address any more"}, and there this path is not for everyone.`,
      next: `Send ${tokens} as Authorization: Bearer <token>.`,
    })
  }
}

/** Hashes have one length, so that the time tells nothing of the token, not even how long it is. */
function carriesToken({ headers }: FastifyRequest, token: string | null): boolean {
  const sent = /^Bearer +(.+)$/i.exec(headers.authorization ?? "")?.[1]
  if (token === null || sent === undefined) return false
  return timingSafeEqual(hash("sha256", sent.trim(), "buffer"), hash("sha256", token, "buffer"))
}
