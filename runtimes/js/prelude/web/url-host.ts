import { parseIpv4, parseIpv6 } from "./url-ip.ts"
import { domainToAscii } from "./url-idna.ts"
import { percentDecode, percentEncode } from "./url-percent.ts"

// oxlint-disable-next-line no-control-regex -- controls are among what is forbidden
const forbiddenInHost = /[\x00\t\n\r #/:<>?@[\\\]^|]/
// oxlint-disable-next-line no-control-regex -- controls are among what is forbidden
const forbiddenInDomain = /[\x00-\x20#%/:<>?@[\\\]^|\x7F]/

/** The host as a URL writes it; null where it is none. */
export function parseHost(input: string, isSpecial: boolean): string | null {
  if (input.startsWith("[")) {
    const address = input.endsWith("]") ? parseIpv6(input.slice(1, -1)) : null
    return address === null ? null : `[${address}]`
  }
  if (!isSpecial) return forbiddenInHost.test(input) ? null : percentEncode(input, "control")
  const domain = domainToAscii(percentDecode(input))
  if (domain === null || domain === "" || forbiddenInDomain.test(domain)) return null
  const last = domain.split(".").findLast((part, at, parts) => part !== "" || at !== parts.length - 1)
  return last !== undefined && isNumber(last) ? parseIpv4(domain) : domain
}

function isNumber(part: string): boolean {
  return /^(?:[0-9]+|0[xX][0-9a-fA-F]*)$/.test(part)
}
