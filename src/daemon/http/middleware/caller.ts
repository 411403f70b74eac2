import { BlockList, isIP, isIPv6, type Socket } from "node:net"

import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from "fastify"

import { alyxError, isAlyxError } from "../../../errors.ts"
import type { Caller, Identity } from "../../caller.ts"
import { administrator, anonymous } from "../../callers.ts"
import { callTokenPrefix } from "../../functions/invocation.ts"
import type { Invocation } from "../../functions/invocation.ts"
import type { FunctionEdge } from "../function-edge.ts"
import type { InProcess } from "../inner-requests.ts"
import { plainAddress } from "../loopback.ts"
import type { HttpConfig, Identities } from "../parts.ts"
import { HttpRuleRequest } from "../rule-request.ts"
import { indifferentRoutes } from "./indifferent-routes.ts"

/** What stands in logs for the address of the owner, who has none. */
const localAddress = "local"

/** What the caller check needs. */
export interface CallerParts {
  readonly config: () => HttpConfig
  readonly identities: Identities
  /** The connections that the local socket accepted. */
  readonly ownerSockets: WeakSet<Socket>
  /** Tells the requests that functions make without a socket. */
  readonly inProcess: Pick<InProcess, "current">
  readonly functions: {
    readonly service: Pick<FunctionEdge["service"], "findByToken">
    readonly requireNoTransaction: FunctionEdge["requireNoTransaction"]
  }
}

/**
 * Makes the hook that finds out where a request comes from. The owner is told by the connection alone: `ownerSockets`
 * holds those that the local socket accepted. A header, or a missing address, proves nothing. Everybody else is nobody
 * in particular until `callerToken` has looked, for which hosts, origins and rates come first.
 */
export function callerAddress({ config, ownerSockets, inProcess }: Omit<CallerParts, "identities" | "functions">) {
  let proxies: TrustedProxies = trustedProxies([])

  return (request: FastifyRequest, _reply: FastifyReply, done: HookHandlerDoneFunction): void => {
    const { socket, headers } = request.raw
    const from = inProcess.current()
    if (from !== undefined) {
      request.invocation = from.invocation
      request.caller = callerOf(request, from.caller, { owner: false, address: from.caller.address })
      return done()
    }
    if (ownerSockets.has(socket)) {
      request.caller = callerOf(request, administrator, { owner: true, address: localAddress })
      // Only web pages send Origin, and none has any business here.
      return headers.origin === undefined ? done() : done(alyxError("FORBIDDEN_ORIGIN"))
    }
    const { server } = config()
    if (server.trustedProxies !== proxies.list) proxies = trustedProxies(server.trustedProxies)
    const address = clientAddress(plainAddress(socket.remoteAddress ?? ""), headers["x-forwarded-for"], proxies)
    const nobody = server.insecureOpen ? administrator : anonymous
    request.caller = callerOf(request, nobody, { owner: false, address })
    done()
  }
}

/**
 * Makes the hook that finds out who asks, by the token that came along. The token of a call is its caller's, for as long as the
 * call lives, and so is a request that a call makes without a socket and without another token.
 */
export function callerToken({ config, identities, functions }: Omit<CallerParts, "ownerSockets" | "inProcess">) {
  return (request: FastifyRequest, _reply: FastifyReply, done: HookHandlerDoneFunction): void => {
    const { authorization } = request.raw.headers
    if (request.caller.owner) return done()
    const invocation = callOf(authorization) ?? (authorization === undefined ? request.invocation : null)
    if (invocation === "ended") return done(endedCall())
    if (invocation !== null) return done(actFor(request, invocation))
    if (authorization === undefined) return done()
    const { address } = request.caller
    const take = (identity: Identity): void => {
      const known = config().server.insecureOpen ? { ...identity, isAdmin: true } : identity
      request.caller = callerOf(request, known, { owner: false, address })
      done()
    }
    const refuse = (error: Error): void => {
      const isIndifferent = indifferentRoutes.has(request.routeOptions.url ?? "")
      done(isIndifferent && isAlyxError(error, "INVALID_TOKEN") ? undefined : error)
    }
    try {
      const found = identities.identify(bearerToken(authorization) ?? "")
      if (!(found instanceof Promise)) return take(found)
      found.then(take, refuse)
    } catch (error) {
      refuse(error as Error)
    }
  }

  function callOf(authorization: string | undefined): Invocation | "ended" | null {
    const token = /^Bearer +(\S+)$/i.exec(authorization?.trim() ?? "")?.[1]
    if (token?.startsWith(callTokenPrefix) !== true) return null
    return functions.service.findByToken(token) ?? "ended"
  }

  /** What keeps a request from being made for a call: a write beside its transaction would wait for itself. */
  function actFor(request: FastifyRequest, invocation: Invocation): Error | undefined {
    const { caller } = invocation
    request.invocation = invocation
    request.caller = callerOf(request, caller, { owner: false, address: caller.address })
    const { method = "", url = "" } = request.raw
    if (method === "GET" || method === "HEAD" || method === "OPTIONS" || url.startsWith("/internal/")) return undefined
    try {
      functions.requireNoTransaction(invocation)
      return undefined
    } catch (error) {
      return error as Error
    }
  }
}

function endedCall(): Error {
  return alyxError("INVALID_TOKEN", {
    message: "The call that this token belongs to has ended.",
    next: "ctx.token is good for as long as the call runs; await what uses it, or hand it to ctx.waitUntil.",
  })
}

function callerOf(request: FastifyRequest, identity: Identity, from: Pick<Caller, "owner" | "address">): Caller {
  const { auth, isAdmin, sessionId, scope } = identity
  const { owner, address } = from
  const requestId = request.id
  return { owner, address, requestId, auth, isAdmin, sessionId, scope, request: new HttpRuleRequest(request, address) }
}

/** The token of `Authorization: Bearer`, or null without that header; other schemes are refused (RFC 6750). */
export function bearerToken(header: string | undefined): string | null {
  if (header === undefined) return null
  const token = /^Bearer +([\w.~+/=:-]{1,4096})$/i.exec(header.trim())?.[1]
  if (token !== undefined) return token
  throw alyxError("INVALID_TOKEN", {
    message: "The Authorization header must be: Bearer <token>.",
    next: "Put Bearer and a space before the access token of a sign-in (POST /api/auth/login), or before an API key.",
  })
}

/** The option as written, and its compiled form. */
interface TrustedProxies {
  readonly list: readonly string[]
  trusts(address: string): boolean
}

/** Compiles `server.trusted_proxies`: addresses and CIDR blocks. */
export function trustedProxies(list: readonly string[]): TrustedProxies {
  const blocks = new BlockList()
  for (const entry of list) {
    const [address = "", prefix] = entry.split("/")
    const family = isIPv6(address) ? "ipv6" : "ipv4"
    if (prefix === undefined) blocks.addAddress(address, family)
    else blocks.addSubnet(address, Number(prefix), family)
  }
  return {
    list,
    trusts: (address) => isIP(address) !== 0 && blocks.check(address, isIPv6(address) ? "ipv6" : "ipv4"),
  }
}

/**
 * Walks X-Forwarded-For from the right, since each proxy appends whom it heard from: the client is the first address
 * that is no trusted proxy. What stands left of it was written by the client and proves nothing.
 */
export function clientAddress(peer: string, forwarded: string | string[] | undefined, proxies: TrustedProxies): string {
  if (forwarded === undefined || proxies.list.length === 0) return peer
  const hops = String(forwarded).split(",")
  let address = peer
  while (proxies.trusts(address)) {
    const hop = plainAddress(hops.pop()?.trim() ?? "")
    if (isIP(hop) === 0) break
    address = hop
  }
  return address
}
