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

/** An open server, where everyone acts as admin, stays on this machine. */
export function refuseOpenAddress({ server }: HttpConfig): void {
  if (!server.insecureOpen || isLoopback(server.host)) return
  throw alyxError("INSECURE_OPEN", {
    message: `server.insecure_open makes everyone an admin, and server.host is ${server.host}, which others can reach.`,
    next: "Leave out --insecure-open and let access rules decide, or keep server.host at 127.0.0.1.",
  })
}
