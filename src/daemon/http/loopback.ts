import { isIPv4, isIPv6 } from "node:net"

import { alyxError } from "../../errors.ts"
import type { HttpConfig } from "./parts.ts"

/** True for names and addresses that lead to this machine alone. IPv6 comes without brackets. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase()
  if (name === "localhost" || name.endsWith(".localhost")) return true
  const address = plainAddress(name)
  return isIPv4(address) ? address.startsWith("127.") : isIPv6(address) && address === "::1"
}

/** An IPv4 address that came in IPv6 clothes (`::ffff:10.0.0.1`) as itself; anything else unchanged. */
export function plainAddress(address: string): string {
  return address.startsWith("::ffff:") && isIPv4(address.slice(7)) ? address.slice(7) : address
}

/** Refuses to open the API, which asks nobody who they are, to other machines, unless that was said aloud. */
export function refuseOpenAddress({ server }: HttpConfig): void {
  if (isLoopback(server.host) || server.insecureOpen) return
  throw alyxError("INSECURE_OPEN", {
    message: `server.host is ${server.host}, and everyone who reaches it could read and write all data: there are no access rules yet.`,
    next: "Keep 127.0.0.1 and put a proxy with a login in front, or accept the risk with --insecure-open.",
  })
}
