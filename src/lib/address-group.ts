import { isIPv6 } from "node:net"

/**
 * What addresses are counted by: an IPv4 address itself, an IPv6 address by its first 64 bits, since whoever has one has
 * all that begin so.
 */
export function addressGroup(address: string): string {
  if (!isIPv6(address)) return address
  const [plain = ""] = address.split("%")
  const [head = "", tail] = plain.split("::")
  const written = head === "" ? [] : head.split(":")
  const last = tail === undefined || tail === "" ? [] : tail.split(":")
  // An IPv4 address at the end stands for two groups.
  const lastCount = last.length + (last.at(-1)?.includes(".") === true ? 1 : 0)
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - written.length - lastCount)
  const groups = [...written, ...Array.from({ length: zeros }, () => "0"), ...last]
  const firstFour = groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16))
  return `${firstFour.join(":")}::/64`
}
