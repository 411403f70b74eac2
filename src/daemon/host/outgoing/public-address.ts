import { BlockList, isIPv4, isIPv6 } from "node:net"

/** Addresses that are not of the public internet (IANA's registries of special purposes). */
const special = new BlockList()
for (const block of (
  "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 " +
  "192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4"
).split(" "))
  addBlock(special, block)
for (const block of (
  "::/96 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32 2002::/16 3fff::/20 5f00::/16 fc00::/7 fe80::/10 " +
  "fec0::/10 ff00::/8"
).split(" "))
  addBlock(special, block)

/** Whether an address is one of the public internet, to which any function that names the host may go. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !special.check(address, "ipv4")
  if (!isIPv6(address) || address.includes("%")) return false
  const inner = embeddedAddress(address)
  return inner === undefined ? !special.check(address, "ipv6") : isPublicAddress(inner)
}

/** The IPv4 address that an IPv6 address stands for: mapped (::ffff:1.2.3.4), or translated (64:ff9b::1.2.3.4). */
export function embeddedAddress(address: string): string | undefined {
  const groups = groupsOf(address)
  const head = groups.slice(0, 6).join(":")
  if (head !== "0:0:0:0:0:ffff" && head !== "64:ff9b:0:0:0:0") return undefined
  const [high, low] = groups.slice(6).map((group) => Number.parseInt(group, 16)) as [number, number]
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`
}

/** Adds `10.0.0.0/8`, or a single address, to a list. */
export function addBlock(list: BlockList, block: string): void {
  const [address = "", prefix] = block.split("/")
  const family = isIPv6(address) ? "ipv6" : "ipv4"
  if (prefix === undefined) list.addAddress(address, family)
  else list.addSubnet(address, Number(prefix), family)
}

/** The eight groups of an IPv6 address, without leading zeros. URL writes it in its one short form. */
function groupsOf(address: string): string[] {
  const short = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const [left = "", right] = short.split("::")
  const head = left === "" ? [] : left.split(":")
  if (right === undefined) return head
  const tail = right === "" ? [] : right.split(":")
  return [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => "0"), ...tail]
}
