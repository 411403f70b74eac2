import { validateHeaderName, validateHeaderValue } from "node:http"

import { alyxError } from "../../../errors.ts"

/** Pairs, as functions and answers have them. */
export type HeaderPairs = readonly (readonly [name: string, value: string])[]

/** Headers of one request. */
const headerCountMax = 200

/** What says how a request travels is ours: as in browsers, such headers of a function are left out. */
const ours: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "expect",
  "host",
  "keep-alive",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
])

/** What is for one server only. */
const credentials: ReadonlySet<string> = new Set(["authorization", "cookie"])

/** What describes a body that is no longer sent. */
const ofBody: ReadonlySet<string> = new Set([
  "content-encoding",
  "content-language",
  "content-location",
  "content-type",
])

/** Reads the headers that a function sends; throws for what no header can be. */
export function requestHeaders(headers: unknown): HeaderPairs {
  if (!Array.isArray(headers) || headers.length > headerCountMax) {
    throw alyxError("BAD_REQUEST", { message: `"headers" must be at most ${headerCountMax} pairs of name and value.` })
  }
  return headers.map(requirePair).filter(([name]) => !ours.has(name))
}

/** What goes along to another server. */
export function withoutCredentials(headers: HeaderPairs): HeaderPairs {
  return headers.filter(([name]) => !credentials.has(name))
}

/** What goes along when the body does not. */
export function withoutBodyHeaders(headers: HeaderPairs): HeaderPairs {
  return headers.filter(([name]) => !ofBody.has(name))
}

/** The headers as Node takes them; several of one name stay several. */
export function rawHeaders(
  headers: HeaderPairs,
  more: Readonly<Record<string, string>>,
): Record<string, string | string[]> {
  const byName = new Map<string, string | string[]>()
  for (const [name, value] of headers) {
    const before = byName.get(name)
    byName.set(name, before === undefined ? value : [before, value].flat())
  }
  for (const [name, value] of Object.entries(more)) if (!byName.has(name)) byName.set(name, value)
  return Object.fromEntries(byName)
}

function requirePair(pair: unknown): readonly [string, string] {
  const [name, value] = Array.isArray(pair) ? (pair as unknown[]) : []
  if (typeof name === "string" && typeof value === "string") {
    try {
      validateHeaderName(name)
      validateHeaderValue(name, value)
      return [name.toLowerCase(), value]
    } catch {
      // Said below.
    }
  }
  const shown = typeof name === "string" ? JSON.stringify(name.slice(0, 60)) : "of no name"
  throw alyxError("BAD_REQUEST", { message: `The header ${shown} has a name or a value that no header can have.` })
}
