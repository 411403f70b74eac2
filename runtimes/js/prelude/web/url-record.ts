/** A parsed URL, as the URL Standard keeps one. */
export interface UrlRecord {
  scheme: string
  username: string
  password: string
  /** As it is written; null for none. */
  host: string | null
  port: number | null
  /** A string where the path is opaque, as in `mailto:`. */
  path: string | string[]
  query: string | null
  fragment: string | null
}

const defaultPorts: Record<string, number | null> = { http: 80, https: 443, ws: 80, wss: 443, ftp: 21, file: null }

/** http, https, ws, wss, ftp, file. */
export function isSpecial(url: UrlRecord): boolean {
  return Object.hasOwn(defaultPorts, url.scheme)
}

export function isSpecialScheme(scheme: string): boolean {
  return Object.hasOwn(defaultPorts, scheme)
}

/** Null where the scheme has none. */
export function defaultPort(scheme: string): number | null {
  return Object.hasOwn(defaultPorts, scheme) ? (defaultPorts[scheme] ?? null) : null
}

export function pathText(url: UrlRecord): string {
  return typeof url.path === "string" ? url.path : url.path.map((segment) => `/${segment}`).join("")
}

export function hostText(url: UrlRecord): string {
  if (url.host === null) return ""
  return url.port === null ? url.host : `${url.host}:${url.port}`
}

/** The whole of it. */
export function serializeUrl(url: UrlRecord): string {
  return serializeWithoutFragment(url) + (url.fragment === null ? "" : `#${url.fragment}`)
}

function serializeWithoutFragment(url: UrlRecord): string {
  const query = url.query === null ? "" : `?${url.query}`
  const path = pathText(url)
  if (url.host === null) {
    const isAmbiguous = typeof url.path !== "string" && url.path.length > 1 && url.path[0] === ""
    return `${url.scheme}:${isAmbiguous ? "/." : ""}${path}${query}`
  }
  const password = url.password === "" ? "" : `:${url.password}`
  const credentials = url.username === "" && url.password === "" ? "" : `${url.username}${password}@`
  return `${url.scheme}://${credentials}${hostText(url)}${path}${query}`
}

/** `https://example.com`; `null` for what has no origin. */
export function serializeOrigin(url: UrlRecord, parse: (text: string) => UrlRecord | null): string {
  if (url.scheme === "blob") {
    const inner = parse(pathText(url))
    return inner !== null && (inner.scheme === "http" || inner.scheme === "https")
      ? serializeOrigin(inner, parse)
      : "null"
  }
  return isSpecial(url) && url.scheme !== "file" ? `${url.scheme}://${hostText(url)}` : "null"
}
