import type { GuestRequest } from "../../../src/functions/guest-abi.ts"
import { decodeUtf8 } from "../prelude/host.ts"
import { AlyxError } from "./alyx-error.ts"
import { isBodiless } from "./made-up-request.ts"
import { tellCaller } from "./told-errors.ts"
import type { WebRequest } from "./web-globals.ts"
import { web } from "./web-globals.ts"

/** `req` of `export default (req, res) => …`: Express's names, and the methods of a Request. */
export class HandlerRequest {
  readonly method: string
  /** Absolute. */
  readonly url: string
  readonly path: string
  /** By name in lower case; `get` and `has` of Headers work, too. */
  readonly headers: Readonly<Record<string, string>>
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
  readonly ip: string
  readonly #given: GuestRequest
  readonly #bytes: Uint8Array
  #body: { readonly value: unknown } | null = null
  #web: WebRequest | null = null

  constructor(given: GuestRequest, bytes: Uint8Array) {
    this.method = given.method
    this.url = given.url
    this.path = given.path
    this.headers = headersObject(given.headers)
    this.params = given.params
    this.query = given.query
    this.ip = given.ip
    this.#given = given
    this.#bytes = bytes
  }

  /** The input: the body, or the query of a request without one. */
  get input(): unknown {
    if (isBodiless(this.method)) return this.query
    return this.#bytes.length === 0 ? {} : this.body
  }

  /** JSON as its value, a form as an object, text as text, other bodies as bytes; undefined without a body. */
  get body(): unknown {
    this.#body ??= { value: bodyValue(this.header("content-type") ?? "", this.#bytes) }
    return this.#body.value
  }

  header(name: string): string | undefined {
    const lower = name.toLowerCase()
    return Object.hasOwn(this.headers, lower) ? this.headers[lower] : undefined
  }

  get(name: string): string | undefined {
    return this.header(name)
  }

  async text(): Promise<string> {
    return decodeUtf8(this.#bytes)
  }

  async json(): Promise<unknown> {
    return jsonValue(decodeUtf8(this.#bytes))
  }

  async bytes(): Promise<Uint8Array> {
    return this.#bytes.slice()
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return this.#bytes.slice().buffer
  }

  async formData(): Promise<unknown> {
    return webRequestOf(this.#given, this.#bytes).formData()
  }

  async blob(): Promise<unknown> {
    return webRequestOf(this.#given, this.#bytes).blob()
  }

  /** The same as a Request of the web. */
  get request(): WebRequest {
    this.#web ??= webRequestOf(this.#given, this.#bytes)
    return this.#web
  }
}

/** A Request of the web. */
export function webRequestOf({ method, url, headers }: GuestRequest, bytes: Uint8Array): WebRequest {
  const hasBody = !isBodiless(method) && bytes.length > 0
  return new web.Request(url, { method, headers, ...(hasBody && { body: bytes }) })
}

/** Where the headers of a request have the methods of Headers, behind those that were sent. */
const headerMethods: object = Object.defineProperties(
  {},
  {
    get: {
      value(this: Readonly<Record<string, string>>, name: string): string | null {
        const lower = name.toLowerCase()
        return Object.hasOwn(this, lower) ? this[lower]! : null
      },
      writable: true,
    },
    has: {
      value(this: object, name: string): boolean {
        return Object.hasOwn(this, name.toLowerCase())
      },
      writable: true,
    },
  },
)

function headersObject(pairs: GuestRequest["headers"]): Readonly<Record<string, string>> {
  const headers = Object.create(headerMethods) as Record<string, string>
  for (const [name, value] of pairs) {
    if (Object.hasOwn(headers, name)) headers[name] += `${name === "cookie" ? "; " : ", "}${value}`
    // What is called __proto__ would set the prototype.
    else if (name.startsWith("__")) Object.defineProperty(headers, name, { ...ownMember, value })
    else headers[name] = value
  }
  return headers
}

const ownMember = { writable: true, enumerable: true, configurable: true }

function bodyValue(contentType: string, bytes: Uint8Array): unknown {
  if (bytes.length === 0) return undefined
  const type = contentType.split(";", 1)[0]!.trim().toLowerCase()
  if (type === "application/json" || type.endsWith("+json")) return jsonValue(decodeUtf8(bytes))
  if (type.startsWith("text/") || type === "application/xml") return decodeUtf8(bytes)
  if (type === "application/x-www-form-urlencoded") return formValue(decodeUtf8(bytes))
  return type === "" ? guessedValue(bytes) : bytes.slice()
}

function jsonValue(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    const message = `The body is not valid JSON: ${(error as Error).message}`
    throw tellCaller(new AlyxError({ code: "INVALID_JSON", status: 400, message }))
  }
}

/** curl sends JSON under this type unless it is told another one; a form never begins with a brace. */
function formValue(text: string): unknown {
  if (/^\s*[{[]/.test(text)) {
    try {
      return JSON.parse(text) as unknown
    } catch {
      // A form, then.
    }
  }
  return Object.fromEntries(new web.URLSearchParams(text))
}

function guessedValue(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decodeUtf8(bytes)) as unknown
  } catch {
    return bytes.slice()
  }
}
