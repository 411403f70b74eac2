import { isIP } from "node:net"

import { text } from "../../project/options/plain-types.ts"
import type { ValueType } from "../../project/options/value-type.ts"

/** A host that functions may reach: `api.stripe.com`, `*.example.com`, `host:port`, an address, or `*` for all public ones. */
export function allowedHost(): ValueType<string> {
  return text({
    name: "host",
    lengthMax: 260,
    check: (written) => {
      if (written.includes("://")) return "be a host such as api.stripe.com, without http:// and without a path"
      return isAllowedHost(written) ? null : "be a host such as api.stripe.com, *.example.com or localhost:8080"
    },
  })
}

function isAllowedHost(written: string): boolean {
  if (written === "*") return true
  const match = /^(\[[0-9a-fA-F:.]+\]|[^:[\]]+)(?::(\d{1,5}))?$/.exec(written)
  if (match === null) return isIP(written) === 6
  const [, host, port] = match
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) return false
  if (host!.startsWith("[")) return isIP(host!.slice(1, -1)) === 6
  return /^(?:\*\.)?[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*$/i.test(host!)
}
