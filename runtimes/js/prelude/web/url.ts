import { nameClass, showMembers } from "./define-global.ts"
import { urlChange } from "./url-change.ts"
import { parseUrl } from "./url-parse.ts"
import { type UrlRecord, hostText, pathText, serializeOrigin, serializeUrl } from "./url-record.ts"
import { type URLSearchParams, linkSearchParams, replaceSearchParams } from "./url-search-params.ts"
import { usvString } from "./web-idl.ts"

const customInspect = Symbol.for("nodejs.util.inspect.custom")

/** The standard's URL. */
export class URL {
  #record: UrlRecord
  #searchParams: URLSearchParams | null = null

  constructor(input: unknown, base?: unknown) {
    if (arguments.length === 0) throw new TypeError('The "url" argument must be specified')
    const record = read(input, base)
    if (record === null) throw invalidUrl(input, base)
    this.#record = record
  }

  static canParse(input: unknown, base?: unknown): boolean {
    return read(input, base) !== null
  }

  static parse(input: unknown, base?: unknown): URL | null {
    return read(input, base) === null ? null : new URL(input, base)
  }

  get href(): string {
    return serializeUrl(this.#record)
  }

  set href(value: unknown) {
    const record = read(value, undefined)
    if (record === null) throw invalidUrl(value, undefined)
    this.#record = record
    this.#refreshParams()
  }

  get origin(): string {
    return serializeOrigin(this.#record, (text) => parseUrl(text, null))
  }

  get protocol(): string {
    return `${this.#record.scheme}:`
  }

  set protocol(value: unknown) {
    urlChange.protocol(this.#record, usvString(value))
  }

  get username(): string {
    return this.#record.username
  }

  set username(value: unknown) {
    urlChange.username(this.#record, usvString(value))
  }

  get password(): string {
    return this.#record.password
  }

  set password(value: unknown) {
    urlChange.password(this.#record, usvString(value))
  }

  get host(): string {
    return hostText(this.#record)
  }

  set host(value: unknown) {
    urlChange.host(this.#record, usvString(value))
  }

  get hostname(): string {
    return this.#record.host ?? ""
  }

  set hostname(value: unknown) {
    urlChange.hostname(this.#record, usvString(value))
  }

  get port(): string {
    return this.#record.port === null ? "" : String(this.#record.port)
  }

  set port(value: unknown) {
    urlChange.port(this.#record, usvString(value))
  }

  get pathname(): string {
    return pathText(this.#record)
  }

  set pathname(value: unknown) {
    urlChange.pathname(this.#record, usvString(value))
  }

  get search(): string {
    const { query } = this.#record
    return query === null || query === "" ? "" : `?${query}`
  }

  set search(value: unknown) {
    urlChange.search(this.#record, usvString(value))
    this.#refreshParams()
  }

  get searchParams(): URLSearchParams {
    this.#searchParams ??= linkSearchParams(this.#record.query ?? "", () => {
      const query = String(this.#searchParams)
      this.#record.query = query === "" ? null : query
    })
    return this.#searchParams
  }

  get hash(): string {
    const { fragment } = this.#record
    return fragment === null || fragment === "" ? "" : `#${fragment}`
  }

  set hash(value: unknown) {
    urlChange.hash(this.#record, usvString(value))
  }

  toString(): string {
    return this.href
  }

  toJSON(): string {
    return this.href
  }

  [customInspect](_depth: number, _options: object, inspect: (value: unknown) => string): string {
    const { href, origin, protocol, username, password, host, hostname, port, pathname, search, hash } = this
    const shown = { href, origin, protocol, username, password, host, hostname, port, pathname, search, hash }
    return `URL ${inspect(shown)}`
  }

  #refreshParams(): void {
    if (this.#searchParams !== null) replaceSearchParams(this.#searchParams, this.#record.query ?? "")
  }
}

nameClass(URL, "URL")
showMembers(URL, [
  "href",
  "origin",
  "protocol",
  "username",
  "password",
  "host",
  "hostname",
  "port",
  "pathname",
  "search",
  "searchParams",
  "hash",
  "toString",
  "toJSON",
])

function read(input: unknown, base: unknown): UrlRecord | null {
  if (base === undefined) return parseUrl(usvString(input), null)
  const parsed = parseUrl(usvString(base), null)
  return parsed === null ? null : parseUrl(usvString(input), parsed)
}

function invalidUrl(input: unknown, base: unknown): TypeError {
  const of = base === undefined ? "" : ` with the base ${JSON.stringify(usvString(base))}`
  return Object.assign(new TypeError(`Invalid URL: ${JSON.stringify(usvString(input))}${of}`), {
    code: "ERR_INVALID_URL",
  })
}
