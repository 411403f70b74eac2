import { isIPv4, isIPv6 } from "node:net"

/** True for names and addresses that lead to this machine alone. IPv6 with or without brackets. */
export function isLoopbackHost(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, "$1")
  if (name === "localhost" || name.endsWith(".localhost")) return true
  const address = plainAddress(name)
  return isIPv4(address) ? address.startsWith("127.") : isIPv6(address) && address === "::1"
}

/** An IPv4 address that came in IPv6 clothes (`::ffff:10.0.0.1`) as itself; anything else unchanged. */
export function plainAddress(address: string): string {
  return address.startsWith("::ffff:") && isIPv4(address.slice(7)) ? address.slice(7) : address
}
