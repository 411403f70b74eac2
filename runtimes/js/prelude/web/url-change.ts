import { parseHost } from "./url-host.ts"
import { portColon } from "./url-parse.ts"
import { appendPath } from "./url-path.ts"
import { percentEncode } from "./url-percent.ts"
import { type UrlRecord, defaultPort, isSpecial, isSpecialScheme } from "./url-record.ts"

/** What the setters of URL do; a value that does not fit changes nothing, as the standard says. */
export const urlChange = {
  protocol(url: UrlRecord, value: string): void {
    const scheme = /^([a-zA-Z][a-zA-Z0-9+\-.]*)(?::|$)/.exec(clean(value))?.[1]?.toLowerCase()
    if (scheme === undefined || isSpecialScheme(scheme) !== isSpecial(url)) return
    if (scheme === "file" && (url.username !== "" || url.password !== "" || url.port !== null)) return
    if (url.scheme === "file" && url.host === "") return
    url.scheme = scheme
    if (url.port === defaultPort(scheme)) url.port = null
  },

  username(url: UrlRecord, value: string): void {
    if (canHaveCredentials(url)) url.username = percentEncode(value, "userinfo")
  },

  password(url: UrlRecord, value: string): void {
    if (canHaveCredentials(url)) url.password = percentEncode(value, "userinfo")
  },

  host(url: UrlRecord, value: string): void {
    if (typeof url.path === "string") return
    const text = untilPath(url, value)
    const colon = portColon(text)
    const name = colon === -1 ? text : text.slice(0, colon)
    if (name === "" && colon !== -1) return
    if (setHost(url, name) && colon !== -1) setPort(url, text.slice(colon + 1))
  },

  hostname(url: UrlRecord, value: string): void {
    if (typeof url.path === "string") return
    const text = untilPath(url, value)
    if (portColon(text) === -1) setHost(url, text)
  },

  port(url: UrlRecord, value: string): void {
    if (!canHaveCredentials(url)) return
    if (value === "") url.port = null
    else setPort(url, clean(value))
  },

  pathname(url: UrlRecord, value: string): void {
    if (typeof url.path === "string") return
    const text = clean(value)
    url.path = []
    const hasSlash = isSpecial(url) ? /^[/\\]/.test(text) : text.startsWith("/")
    if (text === "" && !isSpecial(url)) return
    appendPath(url, (hasSlash ? text.slice(1) : text).replaceAll("?", "%3F").replaceAll("#", "%23"))
  },

  search(url: UrlRecord, value: string): void {
    if (value === "") {
      url.query = null
      return
    }
    const text = clean(value.startsWith("?") ? value.slice(1) : value)
    url.query = percentEncode(text, isSpecial(url) ? "specialQuery" : "query")
  },

  hash(url: UrlRecord, value: string): void {
    if (value === "") url.fragment = null
    else url.fragment = percentEncode(clean(value.startsWith("#") ? value.slice(1) : value), "fragment")
  },
} as const

function clean(value: string): string {
  return value.replace(/[\t\n\r]+/g, "")
}

function canHaveCredentials(url: UrlRecord): boolean {
  return url.host !== null && url.host !== "" && url.scheme !== "file"
}

function untilPath(url: UrlRecord, value: string): string {
  return clean(value).replace(isSpecial(url) ? /[/\\?#][^]*$/ : /[/?#][^]*$/, "")
}

function setHost(url: UrlRecord, name: string): boolean {
  const hasMore = url.username !== "" || url.password !== "" || url.port !== null
  if (name === "" && ((isSpecial(url) && url.scheme !== "file") || hasMore)) return false
  const host = name === "" ? "" : parseHost(name, isSpecial(url))
  if (host === null) return false
  url.host = url.scheme === "file" && host === "localhost" ? "" : host
  return true
}

function setPort(url: UrlRecord, text: string): void {
  const digits = /^[0-9]+/.exec(text)?.[0]
  if (digits === undefined || Number(digits) > 65_535) return
  url.port = Number(digits) === defaultPort(url.scheme) ? null : Number(digits)
}
