import { AbortController, AbortSignal } from "./abort.ts"
import { Body } from "./body.ts"
import { type BodySource, readBodySource } from "./body-source.ts"
import { nameClass, showMembers } from "./define-global.ts"
import { Headers, type HeadersInit } from "./headers.ts"
import { plainAddress } from "./plain-address.ts"
import { URL } from "./url.ts"
import { byteString, domString, usvString } from "./web-idl.ts"

/** What `fetch` and `new Request` take beside the address. */
export interface RequestInit {
  readonly method?: string
  readonly headers?: HeadersInit
  readonly body?: unknown
  readonly signal?: AbortSignal | null
  readonly redirect?: string
  readonly duplex?: string
  readonly [more: string]: unknown
}

type Redirect = "follow" | "manual" | "error"

const bodies = new WeakMap<Request, () => BodySource | null>()

/** Takes the body for sending: the request counts as used. */
export function takeRequestBody(request: Request): BodySource | null {
  return bodies.get(request)?.() ?? null
}

/** The standard's Request; its address is always absolute, since there is no page to be relative to. */
export class Request extends Body {
  readonly #url: string
  readonly #method: string
  readonly #headers: Headers
  /** Null until somebody asks, where none was given. */
  #signal: AbortSignal | null
  readonly #redirect: Redirect
  readonly #init: RequestInit

  constructor(input: unknown, init: RequestInit | null = {}) {
    const from = input instanceof Request ? input : null
    const wish = init ?? {}
    const method = wish.method === undefined ? (from?.method ?? "GET") : readMethod(wish.method)
    const source = readBody(from, wish, method)
    super(source)
    this.#url = from === null ? readAddress(input) : from.url
    this.#method = method
    this.#headers = new Headers(wish.headers ?? from?.headers)
    this.#signal = readSignal(wish.signal === undefined ? (from?.signal ?? null) : wish.signal)
    this.#redirect = readRedirect(wish.redirect ?? from?.redirect ?? "follow")
    this.#init = wish
    if (source !== null && source.type !== null && !this.#headers.has("content-type"))
      this.#headers.set("content-type", source.type)
    bodies.set(this, () => this.handOver())
  }

  get url(): string {
    return this.#url
  }

  get method(): string {
    return this.#method
  }

  get headers(): Headers {
    return this.#headers
  }

  get signal(): AbortSignal {
    this.#signal ??= new AbortController().signal
    return this.#signal
  }

  get redirect(): Redirect {
    return this.#redirect
  }

  get cache(): string {
    return domString(this.#init["cache"] ?? "default")
  }

  get credentials(): string {
    return domString(this.#init["credentials"] ?? "same-origin")
  }

  get mode(): string {
    return domString(this.#init["mode"] ?? "cors")
  }

  get destination(): string {
    return ""
  }

  get referrer(): string {
    return "about:client"
  }

  get referrerPolicy(): string {
    return domString(this.#init["referrerPolicy"] ?? "")
  }

  get integrity(): string {
    return domString(this.#init["integrity"] ?? "")
  }

  get keepalive(): boolean {
    return Boolean(this.#init["keepalive"])
  }

  get duplex(): string {
    return "half"
  }

  clone(): Request {
    const source = this.copyBody()
    return new Request(this.#url, {
      ...this.#init,
      method: this.#method,
      headers: this.#headers,
      signal: this.signal,
      redirect: this.#redirect,
      body: source?.content,
      duplex: "half",
    })
  }
}

nameClass(Request, "Request")
showMembers(Request, ["url", "method", "headers", "signal", "redirect", "cache", "credentials", "mode", "clone"])

function readMethod(value: unknown): string {
  const method = byteString(value)
  if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(method))
    throw new TypeError(`${JSON.stringify(method)} is not an HTTP method.`)
  const upper = method.toUpperCase()
  if (["CONNECT", "TRACE", "TRACK"].includes(upper)) throw new TypeError(`${upper} cannot be sent.`)
  return ["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"].includes(upper) ? upper : method
}

function readAddress(input: unknown): string {
  if (typeof input === "string" && plainAddress.test(input)) return input
  const text = usvString(input)
  const url = URL.parse(text)
  if (url === null)
    throw new TypeError(
      `Failed to parse URL from ${JSON.stringify(text)}: a function has no address of its own, so the URL is absolute, as in fetch(ctx.url + "/api/posts").`,
    )
  if (url.username !== "" || url.password !== "")
    throw new TypeError("A URL with a name and a password cannot be fetched: send them in the header authorization.")
  return url.href
}

function readBody(from: Request | null, wish: RequestInit, method: string): BodySource | null {
  const given = wish.body ?? null
  const isBodyless = method === "GET" || method === "HEAD"
  if (given !== null && isBodyless) throw new TypeError(`A request with the method ${method} cannot have a body.`)
  if (given !== null) return readBodySource(given)
  const taken = from === null ? null : takeRequestBody(from)
  if (taken !== null && isBodyless) throw new TypeError(`A request with the method ${method} cannot have a body.`)
  return taken
}

function readSignal(value: unknown): AbortSignal | null {
  if (value === null) return null
  if (!(value instanceof AbortSignal)) throw new TypeError("The signal of a request is an AbortSignal.")
  return value
}

function readRedirect(value: unknown): Redirect {
  if (value === "follow" || value === "manual" || value === "error") return value
  throw new TypeError(`redirect is "follow", "manual" or "error", not ${JSON.stringify(value)}.`)
}
