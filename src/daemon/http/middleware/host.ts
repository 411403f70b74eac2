import { isIPv6 } from "node:net"

import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from "fastify"

import { alyxError } from "../../../errors.ts"
import { isLoopback, plainAddress } from "../loopback.ts"
import type { HttpConfig } from "../parts.ts"

/** How many Host headers are remembered as good; real clients use one or two. */
const rememberedMax = 100

/** A name or address, then perhaps a port. */
const hostHeader = /^(?:\[([\da-f:.]+)\]|([a-z\d._-]+))(?::\d{1,5})?$/i

/**
 * Makes the hook that answers 421 to a Host that is not this server's. A web page can point a name of its own at
 * 127.0.0.1 (DNS rebinding) and would then be of the same origin as the database; its Host header gives it away.
 */
export function hostCheck(config: () => HttpConfig) {
  let remembered = new Set<string>()
  let rememberedFor: readonly string[] = []

  return (request: FastifyRequest, _reply: FastifyReply, done: HookHandlerDoneFunction): void => {
    const { raw } = request
    // What a function asks without a socket came from nowhere else.
    if (request.caller.owner || request.invocation !== null) return done()
    const header = raw.headers.host
    // HTTP/1.0 knows no Host: health checks of HAProxy leave it out, browsers never do.
    if (header === undefined ? raw.httpVersion !== "1.0" : hostCount(raw.rawHeaders) > 1) {
      return done(alyxError("BAD_REQUEST", { message: "The request must have exactly one Host header." }))
    }
    // A URL that names a host counts, and the header then does not (RFC 9112, 3.2.2).
    const host = hostOfUrl(raw.url ?? "") ?? header
    if (host === undefined) return done()
    const { hosts } = config().server
    if (hosts !== rememberedFor) {
      remembered = new Set()
      rememberedFor = hosts
    }
    if (remembered.has(host)) return done()
    const name = hostName(host)
    if (name === null) return done(alyxError("BAD_REQUEST", { message: "The host of the request is not valid." }))
    if (isLoopback(name) || hosts.some((listed) => listed.toLowerCase() === name)) {
      if (remembered.size < rememberedMax) remembered.add(host)
      return done()
    }
    // The bound address is this connection's own: right for a wildcard address, and after the listener was re-opened.
    if (name === plainAddress(raw.socket.localAddress ?? "")) return done()
    return done(
      alyxError("WRONG_HOST", {
        message: `This server does not answer for the host ${name}.`,
        next: `If ${name} is its name, add it to server.hosts in alyx.yaml.`,
      }),
    )
  }
}

function hostCount(rawHeaders: readonly string[]): number {
  let count = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!
    if (name.length === 4 && name.toLowerCase() === "host") count += 1
  }
  return count
}

/** The host, with its port, of a URL in absolute form, as proxies send it; null for a mere path. */
function hostOfUrl(url: string): string | null {
  return url.startsWith("/") ? null : (/^[a-z][a-z\d+.-]*:\/\/([^/?#]*)/i.exec(url)?.[1] ?? null)
}

function hostName(header: string): string | null {
  const [, bracketed, name] = hostHeader.exec(header) ?? []
  if (bracketed !== undefined) return isIPv6(bracketed) ? plainAddress(bracketed.toLowerCase()) : null
  return name?.toLowerCase().replace(/\.$/, "") ?? null
}
