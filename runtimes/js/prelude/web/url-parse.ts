import { parseHost } from "./url-host.ts"
import { appendPath, isDriveLetter, shortenPath, startsWithDriveLetter } from "./url-path.ts"
import { percentEncode } from "./url-percent.ts"
import { type UrlRecord, defaultPort, isSpecial } from "./url-record.ts"

/** Thrown inside this file where the standard says failure. */
const failure = Symbol("failure")

/** The basic URL parser of the URL Standard, by parts instead of by characters; null where it fails. */
export function parseUrl(input: string, base: UrlRecord | null): UrlRecord | null {
  // oxlint-disable-next-line no-control-regex -- controls are what is taken away
  const text = input.replace(/^[\x00-\x20]+|[\x00-\x20]+$/g, "").replace(/[\t\n\r]+/g, "")
  try {
    return readUrl(text, base)
  } catch (error) {
    if (error === failure) return null
    throw error
  }
}

function emptyUrl(scheme: string): UrlRecord {
  return { scheme, username: "", password: "", host: null, port: null, path: [], query: null, fragment: null }
}

function readUrl(text: string, base: UrlRecord | null): UrlRecord {
  const found = /^([a-zA-Z][a-zA-Z0-9+\-.]*):/.exec(text)
  if (found === null) return readWithoutScheme(text, base)
  const url = emptyUrl((found[1] ?? "").toLowerCase())
  const rest = text.slice(found[0].length)
  if (url.scheme === "file") return readFile(url, rest, base?.scheme === "file" ? base : null)
  if (isSpecial(url)) {
    if (base?.scheme === url.scheme && !rest.startsWith("//")) return readRelative(url, rest, base)
    return readAuthority(url, rest.replace(/^[/\\]+/, ""))
  }
  if (rest.startsWith("//")) return readAuthority(url, rest.slice(2))
  if (rest.startsWith("/")) return readPath(url, rest.slice(1))
  return readOpaque(url, rest)
}

function readWithoutScheme(text: string, base: UrlRecord | null): UrlRecord {
  if (base === null) throw failure
  if (typeof base.path === "string") {
    if (!text.startsWith("#")) throw failure
    return readTail({ ...base, fragment: null }, text)
  }
  const url = emptyUrl(base.scheme)
  return base.scheme === "file" ? readFile(url, text, base) : readRelative(url, text, base)
}

function readRelative(url: UrlRecord, text: string, base: UrlRecord): UrlRecord {
  const slash = isSpecial(url) ? /^[/\\]/ : /^\//
  if (slash.test(text)) {
    const rest = text.slice(1)
    if (slash.test(rest)) return readAuthority(url, isSpecial(url) ? rest.replace(/^[/\\]+/, "") : rest.slice(1))
    copyAuthority(url, base)
    return readPath(url, rest)
  }
  copyAuthority(url, base)
  return readBeside(url, text, base)
}

function copyAuthority(url: UrlRecord, base: UrlRecord): void {
  url.username = base.username
  url.password = base.password
  url.host = base.host
  url.port = base.port
}

/** What stands for the last segment of the base's path, or for less. */
function readBeside(url: UrlRecord, text: string, base: UrlRecord): UrlRecord {
  url.path = [...(base.path as string[])]
  url.query = base.query
  if (text === "" || text.startsWith("?") || text.startsWith("#")) return readTail(url, text)
  url.query = null
  if (url.scheme === "file" && startsWithDriveLetter(text)) url.path = []
  else shortenPath(url)
  return readPath(url, text)
}

function readAuthority(url: UrlRecord, text: string): UrlRecord {
  const end = endOf(text, isSpecial(url) ? /[/\\?#]/ : /[/?#]/)
  const authority = text.slice(0, end)
  const at = authority.lastIndexOf("@")
  if (at !== -1) readCredentials(url, authority.slice(0, at))
  const hostAndPort = authority.slice(at + 1)
  if (at !== -1 && hostAndPort === "") throw failure
  readHostAndPort(url, hostAndPort)
  return readPathStart(url, text.slice(end))
}

function readCredentials(url: UrlRecord, text: string): void {
  const colon = text.indexOf(":")
  url.username = percentEncode(colon === -1 ? text : text.slice(0, colon), "userinfo")
  url.password = colon === -1 ? "" : percentEncode(text.slice(colon + 1), "userinfo")
}

function readHostAndPort(url: UrlRecord, text: string): void {
  const colon = portColon(text)
  const name = colon === -1 ? text : text.slice(0, colon)
  if (name === "" && (isSpecial(url) || colon !== -1)) throw failure
  url.host = name === "" ? "" : hostOrFail(name, isSpecial(url))
  if (colon !== -1) url.port = readPort(text.slice(colon + 1), url.scheme)
}

/** The colon before the port; those of an IPv6 address are not meant. */
export function portColon(text: string): number {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    if (text[at] === "[") depth = 1
    else if (text[at] === "]") depth = 0
    else if (text[at] === ":" && depth === 0) return at
  }
  return -1
}

function hostOrFail(name: string, special: boolean): string {
  const host = parseHost(name, special)
  if (host === null) throw failure
  return host
}

function readPort(text: string, scheme: string): number | null {
  if (!/^[0-9]*$/.test(text) || Number(text) > 65_535) throw failure
  return text === "" || Number(text) === defaultPort(scheme) ? null : Number(text)
}

function readFile(url: UrlRecord, text: string, base: UrlRecord | null): UrlRecord {
  url.host = ""
  if (/^[/\\]{2}/.test(text)) return readFileHost(url, text.slice(2))
  if (/^[/\\]/.test(text)) {
    const rest = text.slice(1)
    if (base !== null) {
      url.host = base.host
      const drive = base.path[0] ?? ""
      if (!startsWithDriveLetter(rest) && /^[a-zA-Z]:$/.test(drive)) (url.path as string[]).push(drive)
    }
    return readPath(url, rest)
  }
  if (base === null) return readPath(url, text)
  url.host = base.host
  return readBeside(url, text, base)
}

function readFileHost(url: UrlRecord, text: string): UrlRecord {
  const end = endOf(text, /[/\\?#]/)
  const name = text.slice(0, end)
  if (isDriveLetter(name)) return readPath(url, text)
  if (name !== "") {
    const host = hostOrFail(name, true)
    url.host = host === "localhost" ? "" : host
  }
  return readPathStart(url, text.slice(end))
}

/** What follows a host: a path, which special schemes always have. */
function readPathStart(url: UrlRecord, text: string): UrlRecord {
  const slash = isSpecial(url) ? /^[/\\]/ : /^\//
  if (slash.test(text)) return readPath(url, text.slice(1))
  return isSpecial(url) ? readPath(url, text) : readTail(url, text)
}

function readPath(url: UrlRecord, text: string): UrlRecord {
  const end = endOf(text, /[?#]/)
  appendPath(url, text.slice(0, end))
  return readTail(url, text.slice(end))
}

function readOpaque(url: UrlRecord, text: string): UrlRecord {
  const end = endOf(text, /[?#]/)
  const path = percentEncode(text.slice(0, end), "control")
  url.path = end < text.length ? path.replace(/ $/, "%20") : path
  return readTail(url, text.slice(end))
}

/** `?query#fragment`, both or neither. */
function readTail(url: UrlRecord, text: string): UrlRecord {
  const hash = text.indexOf("#")
  const query = hash === -1 ? text : text.slice(0, hash)
  if (query.startsWith("?")) url.query = percentEncode(query.slice(1), isSpecial(url) ? "specialQuery" : "query")
  if (hash !== -1) url.fragment = percentEncode(text.slice(hash + 1), "fragment")
  return url
}

function endOf(text: string, mark: RegExp): number {
  const at = text.search(mark)
  return at === -1 ? text.length : at
}
