import { isIP } from "node:net"
import { isAbsolute, resolve } from "node:path"

import { text } from "./plain-types.ts"
import type { ValueType } from "./value-type.ts"

/** A host name or an IP address, without scheme and port. */
export function host(): ValueType<string> {
  return text({
    name: "host",
    lengthMax: 253,
    check: (value) => (isHost(value) ? null : "be a host name or an IP address, without http:// and without a port"),
  })
}

/** An IP address or a block of them: `10.0.0.0/8`. */
export function addressBlock(): ValueType<string> {
  return text({
    name: "address",
    check: (value) => (isAddressBlock(value) ? null : "be an IP address or a block such as 10.0.0.0/8"),
  })
}

/** The origin of a web page: `https://app.example.com`, or `*` for any. */
export function origin(): ValueType<string> {
  return text({
    name: "origin",
    check: (value) => (isOrigin(value) ? null : "be an origin such as https://app.example.com, without a path, or *"),
  })
}

/** An absolute URL with one of the given schemes. */
export function url(schemes: readonly string[]): ValueType<string> {
  const must = `be a URL that begins with ${schemes.map((scheme) => `${scheme}://`).join(" or ")}`
  return text({
    name: "url",
    lengthMax: 2_000,
    check: (value) => (schemes.includes(schemeOf(value) ?? "") ? null : must),
  })
}

/** A file or folder; a relative one is taken from the project's root. */
export function path(): ValueType<string> {
  return {
    ...text({
      name: "path",
      lengthMax: 4_000,
      check: (value) => (/^(?::memory:|file:)/.test(value) ? "be a plain path; Alyx keeps its data in a file" : null),
    }),
    resolve: (value, root) => (isAbsolute(value) ? value : resolve(root, value)),
  }
}

function isHost(value: string): boolean {
  if (isIP(value) !== 0) return true
  return /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*$/i.test(value)
}

function isAddressBlock(value: string): boolean {
  const [address, prefix, ...more] = value.split("/")
  const version = isIP(address ?? "")
  if (version === 0 || more.length > 0) return false
  if (prefix === undefined) return true
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128)
}

function isOrigin(value: string): boolean {
  if (value === "*") return true
  const parsed = URL.parse(value)
  return parsed !== null && parsed.origin === value.toLowerCase() && /^https?:$/.test(parsed.protocol)
}

function schemeOf(value: string): string | null {
  const parsed = URL.parse(value)
  return parsed === null || parsed.host === "" ? null : parsed.protocol.slice(0, -1)
}
