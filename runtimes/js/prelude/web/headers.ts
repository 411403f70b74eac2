import { nameClass } from "./define-global.ts"
import { byteString } from "./web-idl.ts"

/** What `new Headers` takes. */
export type HeadersInit = Headers | Iterable<readonly [string, string]> | Record<string, string>

interface Entry {
  readonly name: string
  readonly values: string[]
}

const frozen = new WeakSet<Headers>()

/** The headers of an answer that came in cannot be changed. */
export function freezeHeaders(headers: Headers): Headers {
  frozen.add(headers)
  return headers
}

/** The standard's Headers. */
export class Headers {
  readonly #entries = new Map<string, Entry>()

  constructor(init?: HeadersInit) {
    if (init === undefined) return
    if (typeof init !== "object" || init === null) throw new TypeError("Headers are made of an object or of pairs.")
    for (const [name, value] of readPairs(init)) this.append(name, value)
  }

  append(name: string, value: string): void {
    const [key, text] = [this.#writable(name), readValue(value)]
    const entry = this.#entries.get(key)
    if (entry === undefined) this.#entries.set(key, { name: key, values: [text] })
    else entry.values.push(text)
  }

  set(name: string, value: string): void {
    const [key, text] = [this.#writable(name), readValue(value)]
    this.#entries.set(key, { name: key, values: [text] })
  }

  delete(name: string): void {
    this.#entries.delete(this.#writable(name))
  }

  get(name: string): string | null {
    return this.#entries.get(readName(name))?.values.join(", ") ?? null
  }

  has(name: string): boolean {
    return this.#entries.has(readName(name))
  }

  getSetCookie(): string[] {
    return [...(this.#entries.get("set-cookie")?.values ?? [])]
  }

  forEach(callback: (value: string, name: string, all: Headers) => void, self?: unknown): void {
    for (const [name, value] of this) callback.call(self, value, name, this)
  }

  *entries(): Generator<[string, string]> {
    const sorted = [...this.#entries.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))
    for (const { name, values } of sorted)
      if (name === "set-cookie") for (const value of values) yield [name, value]
      else yield [name, values.join(", ")]
  }

  *keys(): Generator<string> {
    for (const [name] of this.entries()) yield name
  }

  *values(): Generator<string> {
    for (const [, value] of this.entries()) yield value
  }

  [Symbol.iterator](): Generator<[string, string]> {
    return this.entries()
  }

  [Symbol.for("nodejs.util.inspect.custom")](
    _depth: number,
    _options: object,
    inspect: (value: unknown) => string,
  ): string {
    return `Headers ${inspect(Object.fromEntries(this))}`
  }

  #writable(name: unknown): string {
    const key = readName(name)
    if (frozen.has(this))
      throw new TypeError("These headers cannot be changed: make new Headers(headers), and change those.")
    return key
  }
}

nameClass(Headers, "Headers")

function readPairs(init: object): Iterable<readonly [string, string]> {
  const iterator: unknown = (init as Record<symbol, unknown>)[Symbol.iterator]
  if (iterator === undefined || iterator === null)
    return Reflect.ownKeys(init)
      .filter((key) => Object.prototype.propertyIsEnumerable.call(init, key))
      .map((key) => [byteString(key), (init as Record<string | symbol, string>)[key] as string])
  return Array.from(init as Iterable<Iterable<string>>, (pair) => {
    const [name, value, ...more] = [...pair]
    if (name === undefined || value === undefined || more.length > 0)
      throw new TypeError("A header is a pair of a name and a value.")
    return [name, value] as const
  })
}

/** Names that are as they have to be, which spares a look at each character. */
const usualNames: ReadonlySet<unknown> = new Set(
  (
    "accept accept-encoding accept-language authorization cache-control connection content-encoding content-length content-type " +
    "cookie date etag host if-match if-none-match location origin referer set-cookie transfer-encoding user-agent vary x-forwarded-for"
  ).split(" "),
)

/** Printable characters without blanks at the ends. */
const usualValue = /^[!-~](?:[ -~]*[!-~])?$/

function readName(name: unknown): string {
  if (usualNames.has(name)) return name as string
  const text = byteString(name)
  if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(text))
    throw new TypeError(`${JSON.stringify(text)} is not the name of a header.`)
  return text.toLowerCase()
}

function readValue(value: unknown): string {
  if (typeof value === "string" && usualValue.test(value)) return value
  const text = byteString(value).replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, "")
  // oxlint-disable-next-line no-control-regex -- these three are what is refused
  if (/[\0\n\r]/.test(text))
    throw new TypeError(`${JSON.stringify(text)} is not the value of a header: it has a line break.`)
  return text
}
