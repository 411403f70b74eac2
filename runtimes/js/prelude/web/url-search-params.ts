import { nameClass } from "./define-global.ts"
import { percentDecode } from "./url-percent.ts"
import { encodeText } from "./utf8.ts"
import { usvString } from "./web-idl.ts"

/** What `new URLSearchParams` takes. */
export type SearchParamsInit = string | Iterable<readonly [string, string]> | Record<string, string>

type Pair = [name: string, value: string]

const changed = new WeakMap<URLSearchParams, () => void>()
const replace = new WeakMap<URLSearchParams, (query: string) => void>()

/** The standard's URLSearchParams. */
export class URLSearchParams {
  #pairs: Pair[]

  constructor(init: SearchParamsInit = "") {
    this.#pairs = readInit(init)
    replace.set(this, (query) => {
      this.#pairs = parsePairs(query)
    })
  }

  get size(): number {
    return this.#pairs.length
  }

  append(name: string, value: string): void {
    needs(arguments.length, 2, "append")
    this.#pairs.push([usvString(name), usvString(value)])
    this.#tell()
  }

  delete(name: string, value?: string): void {
    needs(arguments.length, 1, "delete")
    const [wanted, only] = [usvString(name), value === undefined ? undefined : usvString(value)]
    this.#pairs = this.#pairs.filter((pair) => pair[0] !== wanted || (only !== undefined && pair[1] !== only))
    this.#tell()
  }

  get(name: string): string | null {
    needs(arguments.length, 1, "get")
    const wanted = usvString(name)
    return this.#pairs.find((pair) => pair[0] === wanted)?.[1] ?? null
  }

  getAll(name: string): string[] {
    needs(arguments.length, 1, "getAll")
    const wanted = usvString(name)
    return this.#pairs.filter((pair) => pair[0] === wanted).map((pair) => pair[1])
  }

  has(name: string, value?: string): boolean {
    needs(arguments.length, 1, "has")
    const [wanted, only] = [usvString(name), value === undefined ? undefined : usvString(value)]
    return this.#pairs.some((pair) => pair[0] === wanted && (only === undefined || pair[1] === only))
  }

  set(name: string, value: string): void {
    needs(arguments.length, 2, "set")
    const [wanted, given] = [usvString(name), usvString(value)]
    const first = this.#pairs.find((pair) => pair[0] === wanted)
    if (first === undefined) this.#pairs.push([wanted, given])
    else {
      first[1] = given
      this.#pairs = this.#pairs.filter((pair) => pair === first || pair[0] !== wanted)
    }
    this.#tell()
  }

  sort(): void {
    this.#pairs.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0))
    this.#tell()
  }

  forEach(callback: (value: string, name: string, all: URLSearchParams) => void, self?: unknown): void {
    for (const [name, value] of this) callback.call(self, value, name, this)
  }

  *entries(): Generator<Pair> {
    for (let at = 0; at < this.#pairs.length; at++) {
      const pair = this.#pairs[at]
      if (pair !== undefined) yield [pair[0], pair[1]]
    }
  }

  *keys(): Generator<string> {
    for (const [name] of this.entries()) yield name
  }

  *values(): Generator<string> {
    for (const [, value] of this.entries()) yield value
  }

  [Symbol.iterator](): Generator<Pair> {
    return this.entries()
  }

  toString(): string {
    return this.#pairs.map(([name, value]) => `${encodeForm(name)}=${encodeForm(value)}`).join("&")
  }

  [Symbol.for("nodejs.util.inspect.custom")](
    _depth: number,
    _options: object,
    inspect: (value: unknown) => string,
  ): string {
    const pairs = this.#pairs.map(([name, value]) => `${inspect(name)} => ${inspect(value)}`)
    return pairs.length === 0 ? "URLSearchParams {}" : `URLSearchParams { ${pairs.join(", ")} }`
  }

  #tell(): void {
    changed.get(this)?.()
  }
}

nameClass(URLSearchParams, "URLSearchParams")

/** The URL's own: told of every change, and replaced when the query is. */
export function linkSearchParams(query: string, onChange: () => void): URLSearchParams {
  const params = new URLSearchParams()
  replace.get(params)?.(query)
  changed.set(params, onChange)
  return params
}

export function replaceSearchParams(params: URLSearchParams, query: string): void {
  replace.get(params)?.(query)
}

/** The pairs of a body in `application/x-www-form-urlencoded`. */
export function parsePairs(query: string): Pair[] {
  return query
    .split("&")
    .filter((part) => part !== "")
    .map((part) => {
      const equals = part.indexOf("=")
      return [
        decodeForm(equals === -1 ? part : part.slice(0, equals)),
        equals === -1 ? "" : decodeForm(part.slice(equals + 1)),
      ]
    })
}

function readInit(init: unknown): Pair[] {
  if ((typeof init !== "object" && typeof init !== "function") || init === null) {
    const query = usvString(init)
    return parsePairs(query.startsWith("?") ? query.slice(1) : query)
  }
  const iterator: unknown = (init as { [Symbol.iterator]?: unknown })[Symbol.iterator]
  if (iterator === undefined || iterator === null) {
    const merged = new Map<string, string>()
    for (const [name, value] of Object.entries(init)) merged.set(usvString(name), usvString(value))
    return [...merged]
  }
  if (typeof iterator !== "function") throw new TypeError("Query pairs must be iterable")
  return Array.from(init as Iterable<Iterable<unknown>>, (item) => {
    if (typeof item !== "object" || item === null)
      throw new TypeError("Each query pair must be an iterable [name, value] tuple")
    const pair = [...item].map(usvString)
    if (pair.length !== 2) throw new TypeError("Each query pair must be an iterable [name, value] tuple")
    return pair as Pair
  })
}

function decodeForm(part: string): string {
  return percentDecode(part.replaceAll("+", " "))
}

function encodeForm(part: string): string {
  if (/^[\w*.-]*$/.test(part)) return part
  let result = ""
  for (const byte of encodeText(part)) {
    const character = String.fromCharCode(byte)
    if (byte === 0x20) result += "+"
    else if (byte < 0x80 && /[\w*.-]/.test(character)) result += character
    else result += `%${byte.toString(16).toUpperCase().padStart(2, "0")}`
  }
  return result
}

function needs(given: number, count: number, method: string): void {
  if (given < count) throw new TypeError(`URLSearchParams.${method} takes ${count} argument${count > 1 ? "s" : ""}.`)
}
