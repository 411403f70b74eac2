import { alyxError } from "../../../errors.ts"
import { requestHeaders } from "./request-headers.ts"
import type { HeaderPairs } from "./request-headers.ts"

/** A request as a function asks for it. */
export interface AskedFetch {
  readonly url: unknown
  readonly method: unknown
  readonly headers: unknown
  readonly redirect: unknown
  readonly body: Uint8Array
  readonly signal: AbortSignal
}

/** A request that may be sent, as far as it tells by itself. */
export interface FetchRequest {
  readonly url: URL
  readonly method: string
  readonly headers: HeaderPairs
  readonly body: Uint8Array
  readonly redirect: "follow" | "manual" | "error"
}

/** UTF-16 code units. */
const urlLengthMax = 16_384

/** Those that do not mean a request to a server, or mirror what must not be read. */
const refusedMethods: ReadonlySet<string> = new Set(["CONNECT", "TRACE", "TRACK"])

/** Reads what a function asks for; throws what is wrong with it. */
export function readFetch({ url, method, headers, redirect, body }: AskedFetch): FetchRequest {
  const to = readUrl(url)
  if (typeof method !== "string" || !/^[A-Za-z-]{1,32}$/.test(method) || refusedMethods.has(method.toUpperCase())) {
    throw alyxError("BAD_REQUEST", { message: `A request cannot have the method ${shown(method)}.` })
  }
  const name = method.toUpperCase()
  if (body.byteLength > 0 && (name === "GET" || name === "HEAD")) {
    throw alyxError("BAD_REQUEST", { message: `A ${name} request has no body.` })
  }
  if (redirect !== "follow" && redirect !== "manual" && redirect !== "error") {
    throw alyxError("BAD_REQUEST", { message: `"redirect" must be follow, manual or error.` })
  }
  return { url: to, method: name, headers: requestHeaders(headers), body, redirect }
}

function readUrl(text: unknown): URL {
  const url = typeof text === "string" && text.length <= urlLengthMax ? URL.parse(text) : null
  if (url === null) throw alyxError("BAD_REQUEST", { message: `${shown(text)} is no absolute URL.` })
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw alyxError("BAD_REQUEST", { message: `A function fetches http: and https:, not ${url.protocol}` })
  }
  if (url.username === "" && url.password === "") return url
  throw alyxError("BAD_REQUEST", {
    message: "The URL holds a name and a password.",
    next: "Send them as the header Authorization.",
  })
}

function shown(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value.slice(0, 100)) : String(value)
}
