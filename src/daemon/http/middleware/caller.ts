import { BlockList, isIP, isIPv6, type Socket } from "node:net"

import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from "fastify"

import { alyxError } from "../../../errors.ts"
import { plainAddress } from "../loopback.ts"
import type { HttpConfig } from "../parts.ts"

/** What stands in logs for the address of the owner, who has none. */
const localAddress = "local"

/**
 * Makes the hook that finds out who asks. The owner is told by the connection alone: `ownerSockets` holds those that
 * the local socket accepted. A header, or a missing address, proves nothing.
 */
export function callerCheck(config: () => HttpConfig, ownerSockets: WeakSet<Socket>) {
  let proxies: TrustedProxies = trustedProxies([])

  return (request: FastifyRequest, _reply: FastifyReply, done: HookHandlerDoneFunction): void => {
    const { socket, headers } = request.raw
    if (ownerSockets.has(socket)) {
      request.caller = { owner: true, address: localAddress, requestId: request.id }
      // Only web pages send Origin, and none has any business here.
      return headers.origin === undefined ? done() : done(alyxError("FORBIDDEN_ORIGIN"))
    }
    const list = config().server.trustedProxies
    if (list !== proxies.list) proxies = trustedProxies(list)
    const address = clientAddress(plainAddress(socket.remoteAddress ?? ""), headers["x-forwarded-for"], proxies)
    request.caller = { owner: false, address, requestId: request.id }
    return done()
  }
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
