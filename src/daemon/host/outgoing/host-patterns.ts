import { BlockList, isIP } from "node:net"

import { addBlock, embeddedAddress } from "./public-address.ts"

/** One entry of `allowed_hosts`, understood. */
interface HostPattern {
  /** In lower case; null for blocks of addresses. */
  readonly name: string | null
  /** Of names; addresses in it may be reached although they are private. */
  readonly block: BlockList | null
  /** Null for every port. */
  readonly port: number | null
}

/** The entries of `allowed_hosts`: `api.example.com`, `*.example.com`, `host:port`, `127.0.0.1:9000`, `10.0.0.0/8`, `*`. */
export class HostPatterns {
  readonly #patterns: readonly HostPattern[]

  constructor(entries: readonly string[]) {
    this.#patterns = entries.map(readPattern)
  }

  /** Whether a host may be reached on a port, as far as its name says. */
  allowsHost(host: string, port: number): boolean {
    return this.#patterns.some(
      (pattern) => fitsPort(pattern, port) && (fitsName(pattern, host) || fitsBlock(pattern, host)),
    )
  }

  /** Whether a private address is written among the entries: only then it may be reached. */
  namesAddress(address: string, { host, port }: { readonly host: string; readonly port: number }): boolean {
    return this.#patterns.some((pattern) => {
      if (!fitsPort(pattern, port)) return false
      // Nothing but this machine is called so.
      if (pattern.name === "localhost") return host === "localhost" && loopback.check(address, familyOf(address))
      return fitsBlock(pattern, address)
    })
  }
}

const loopback = new BlockList()
addBlock(loopback, "127.0.0.0/8")
addBlock(loopback, "::1")

function readPattern(entry: string): HostPattern {
  const text = entry.trim().toLowerCase()
  const [, inBrackets, bracketPort] = /^\[([^\]]+)\](?::(\d+))?$/.exec(text) ?? []
  if (inBrackets !== undefined) return patternOf(inBrackets, bracketPort)
  if (text.includes("/") || isIP(text) === 6) return patternOf(text, undefined)
  const [host = "", port] = text.split(":")
  return patternOf(host, port)
}

function patternOf(host: string, port: string | undefined): HostPattern {
  const isAddress = isIP(host.split("/")[0]!) !== 0
  const block = isAddress ? new BlockList() : null
  if (block !== null) addBlock(block, host)
  return { name: isAddress ? null : withoutDot(host), block, port: port === undefined ? null : Number(port) }
}

function fitsPort(each: HostPattern, port: number): boolean {
  return each.port === null || each.port === port
}

function fitsName({ name }: HostPattern, host: string): boolean {
  if (name === null) return false
  if (name === "*" || name === host) return true
  return name.startsWith("*.") && host.endsWith(name.slice(1)) && host.length > name.length - 1
}

function fitsBlock({ block }: HostPattern, address: string): boolean {
  if (block === null || isIP(address) === 0) return false
  const inner = isIP(address) === 6 ? embeddedAddress(address) : undefined
  return block.check(address, familyOf(address)) || (inner !== undefined && block.check(inner, "ipv4"))
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIP(address) === 6 ? "ipv6" : "ipv4"
}

/** `example.com.` is the same host. */
export function withoutDot(host: string): string {
  return host.endsWith(".") ? host.slice(0, -1) : host
}
