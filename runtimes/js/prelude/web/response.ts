import { Body } from "./body.ts"
import { readBodySource } from "./body-source.ts"
import { nameClass, showMembers } from "./define-global.ts"
import { Headers, type HeadersInit, freezeHeaders } from "./headers.ts"
import { URL } from "./url.ts"
import { byteString, usvString } from "./web-idl.ts"

/** What `new Response` takes beside the body. */
export interface ResponseInit {
  readonly status?: number
  readonly statusText?: string
  readonly headers?: HeadersInit
}

/** What only an answer that came in has. */
interface Received {
  readonly type: string
  readonly url: string
  readonly redirected: boolean
}

const bodylessStatuses = [101, 103, 204, 205, 304]

const receivedOf = new WeakMap<Response, Received>()

/** The standard's Response. */
export class Response extends Body {
  readonly #status: number
  readonly #statusText: string
  readonly #headers: Headers

  constructor(body: unknown = null, init: ResponseInit | null = {}) {
    const status = readStatus(init?.status)
    const hasBody = body !== null && body !== undefined
    if (hasBody && bodylessStatuses.includes(status))
      throw new TypeError(`An answer with the status ${status} cannot have a body.`)
    const source = hasBody ? readBodySource(body) : null
    super(source)
    this.#status = status
    this.#statusText = readStatusText(init?.statusText)
    this.#headers = new Headers(init?.headers)
    if (source !== null && source.type !== null && !this.#headers.has("content-type"))
      this.#headers.set("content-type", source.type)
  }

  static json(value: unknown, init: ResponseInit | null = {}): Response {
    const text = JSON.stringify(value) as string | undefined
    if (text === undefined) throw new TypeError("The value is not serializable to JSON.")
    const headers = new Headers(init?.headers)
    if (!headers.has("content-type")) headers.set("content-type", "application/json")
    return new Response(text, { ...init, headers })
  }

  static redirect(url: unknown, status = 302): Response {
    const target = URL.parse(usvString(url))
    if (target === null)
      throw new TypeError(`Failed to parse URL from ${JSON.stringify(usvString(url))}: give an absolute one.`)
    if (![301, 302, 303, 307, 308].includes(status)) throw new RangeError(`${status} is not the status of a redirect.`)
    const response = new Response(null, { status, headers: { location: target.href } })
    freezeHeaders(response.headers)
    return response
  }

  static error(): Response {
    return receive(null, { status: 0, statusText: "", headers: [] }, { type: "error", url: "", redirected: false })
  }

  get type(): string {
    return receivedOf.get(this)?.type ?? "default"
  }

  get url(): string {
    return receivedOf.get(this)?.url ?? ""
  }

  get redirected(): boolean {
    return receivedOf.get(this)?.redirected ?? false
  }

  get status(): number {
    return receivedOf.get(this)?.type === "error" ? 0 : this.#status
  }

  get ok(): boolean {
    return this.status >= 200 && this.status <= 299
  }

  get statusText(): string {
    return this.#statusText
  }

  get headers(): Headers {
    return this.#headers
  }

  clone(): Response {
    const source = this.copyBody()
    const init = { status: this.#status, statusText: this.#statusText, headers: this.#headers }
    const copy = new Response(source?.content ?? null, init)
    const received = receivedOf.get(this)
    if (received === undefined) return copy
    receivedOf.set(copy, received)
    freezeHeaders(copy.headers)
    return copy
  }
}

nameClass(Response, "Response")
showMembers(Response, ["type", "url", "redirected", "status", "ok", "statusText", "headers", "clone"])

/** The answer that came in to a request. */
export function receive(
  body: Uint8Array | null,
  head: {
    readonly status: number
    readonly statusText: string
    readonly headers: readonly (readonly [string, string])[]
  },
  received: Received,
): Response {
  const isBodyless = body === null || bodylessStatuses.includes(head.status)
  const status = head.status >= 200 && head.status <= 599 ? head.status : 200
  const response = new Response(isBodyless ? null : body, {
    status,
    statusText: head.statusText,
    headers: head.headers,
  })
  receivedOf.set(response, received)
  freezeHeaders(response.headers)
  return response
}

function readStatus(value: unknown): number {
  const status = value === undefined ? 200 : Math.trunc(Number(value))
  if (!(status >= 200 && status <= 599))
    throw new RangeError(`The status of an answer is from 200 to 599, not ${String(value)}.`)
  return status
}

function readStatusText(value: unknown): string {
  const text = value === undefined ? "" : byteString(value)
  // oxlint-disable-next-line no-control-regex -- controls are what is refused
  if (/[\x00-\x08\x0A-\x1F\x7F]/.test(text))
    throw new TypeError("statusText has a character that a header cannot hold.")
  return text
}
