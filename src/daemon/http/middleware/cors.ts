import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from "fastify"

import type { DaemonMode } from "../../../protocol/admin-api.ts"
import { isLoopback } from "../loopback.ts"
import type { HttpConfig } from "../parts.ts"
import { addVary } from "./vary.ts"

const allowedMethods = "GET, HEAD, POST, PATCH, DELETE"

/** A function may have routes with any method. */
const routeMethods = "GET, HEAD, POST, PUT, PATCH, DELETE"
const exposedHeaders = "ETag, Location, Retry-After, X-Request-Id"

/** How long a browser may remember a preflight: short enough that a change of server.cors.origins is felt. */
const preflightSecondsMax = "600"

/**
 * Makes the hook that tells browsers which web pages may read answers. It acts only when Origin is there. Answers to
 * requests without Origin say nothing of Vary: none of them may be used from a cache without asking again, and the
 * answer to that question then carries the right headers.
 */
export function cors(config: () => HttpConfig, mode: DaemonMode) {
  return (request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void => {
    const { method, headers } = request.raw
    const { origin } = headers
    if (origin === undefined) return done()
    const { origins } = config().server.cors
    const preflight = method === "OPTIONS" && headers["access-control-request-method"] !== undefined
    addVary(reply, "Origin")
    if (origins.includes("*")) reply.header("access-control-allow-origin", "*")
    else if (isAllowed(origin, origins, mode)) reply.header("access-control-allow-origin", origin)
    else if (!preflight) return done()
    else {
      // Without the headers the browser refuses, and says in its console which origin was not allowed.
      reply.code(204).send()
      return
    }
    if (!preflight) {
      reply.header("access-control-expose-headers", exposedHeaders)
      return done()
    }
    const requested = headers["access-control-request-headers"]
    reply.header("access-control-allow-methods", request.is404 ? routeMethods : allowedMethods)
    if (requested !== undefined) {
      addVary(reply, "Access-Control-Request-Headers")
      reply.header("access-control-allow-headers", requested)
    }
    reply.header("access-control-max-age", preflightSecondsMax).code(204).send()
  }
}

/**
 * Whether a page of this origin may open a socket. Browsers ask nobody before they do, so the answer is the server's: its own
 * pages, those of server.cors.origins, and in dev those of this machine.
 */
export function isSocketOrigin(
  { origin, host }: { readonly origin?: string | undefined; readonly host?: string | undefined },
  { config, mode }: { readonly config: () => HttpConfig; readonly mode: DaemonMode },
): boolean {
  if (origin === undefined) return true
  const { origins } = config().server.cors
  if (origins.includes("*") || isAllowed(origin, origins, mode)) return true
  const url = URL.parse(origin)
  return url !== null && /^https?:$/.test(url.protocol) && url.host === host?.toLowerCase()
}

function isAllowed(origin: string, origins: readonly string[], mode: DaemonMode): boolean {
  return origins.includes(origin) || (mode === "dev" && isLoopbackOrigin(origin))
}

/** Tells whether the page that a request comes from is the server's own, or one that server.cors.origins names. */
export type AllowsOrigin = (request: FastifyRequest) => boolean

/** Makes the question for requests that carry Origin. A `*` allows no page in particular. */
export function originCheck(config: () => HttpConfig, mode: DaemonMode): AllowsOrigin {
  return ({ headers: { origin, host } }) => {
    if (origin === undefined) return false
    return isAllowed(origin, config().server.cors.origins, mode) || URL.parse(origin)?.host === host
  }
}

/** True for pages that this machine itself serves, on any port. `null` (files, sandboxes) is not among them. */
function isLoopbackOrigin(origin: string): boolean {
  const url = URL.parse(origin)
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) return false
  return isLoopback(url.hostname.replace(/^\[(.*)\]$/, "$1"))
}
