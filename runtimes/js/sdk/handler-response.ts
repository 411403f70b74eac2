import type { AnswerHead } from "../../../src/functions/guest-abi.ts"
import { encodeUtf8 } from "../prelude/host.ts"
import { plainValue } from "./plain-value.ts"
import type { WebHeaders } from "./web-globals.ts"
import { web } from "./web-globals.ts"

/** An answer with its body. */
export interface WholeAnswer {
  readonly head: AnswerHead
  readonly body: Uint8Array
}

const noBytes = new Uint8Array()

/** `res` of `export default (req, res) => …`. What ends the answer does so once; it can be returned. */
export class HandlerResponse {
  statusCode = 200
  /** Made when one is set: most answers have but their type, which stands beside them until then. */
  #made: WebHeaders | null = null
  #type: string | null = null
  #body: Uint8Array | null = null

  get #headers(): WebHeaders {
    this.#made ??= new web.Headers(this.#pairs())
    return this.#made
  }

  get headersSent(): boolean {
    return this.#body !== null
  }

  status(code: number): this {
    this.statusCode = requireStatus(code)
    return this
  }

  header(name: string, value: unknown): this {
    this.#headers.delete(name)
    for (const one of [value].flat()) this.#headers.append(name, String(one))
    return this
  }

  set(name: string | Readonly<Record<string, string>>, value?: string): this {
    if (typeof name === "string") return this.header(name, value ?? "")
    for (const [each, one] of Object.entries(name)) this.header(each, one)
    return this
  }

  setHeader(name: string, value: string | readonly string[]): this {
    return this.header(name, value)
  }

  append(name: string, value: string): this {
    this.#headers.append(name, value)
    return this
  }

  getHeader(name: string): string | undefined {
    return this.#headers.get(name) ?? undefined
  }

  get(name: string): string | undefined {
    return this.getHeader(name)
  }

  removeHeader(name: string): this {
    this.#headers.delete(name)
    return this
  }

  type(contentType: string): this {
    return this.header("content-type", shortTypes[contentType] ?? contentType)
  }

  json(value: unknown, status?: number): this {
    const plain = plainValue(value)
    return this.#end(encodeUtf8(JSON.stringify(plain) ?? "null"), "application/json", status)
  }

  text(text: unknown, status?: number): this {
    return this.#end(encodeUtf8(String(text)), "text/plain; charset=utf-8", status)
  }

  html(text: unknown, status?: number): this {
    return this.#end(encodeUtf8(String(text)), "text/html; charset=utf-8", status)
  }

  /** Text as text, bytes as bytes, everything else as JSON. */
  send(value?: unknown, status?: number): this {
    if (value === undefined) return this.#end(noBytes, null, status)
    if (typeof value === "string") return this.text(value, status)
    const bytes = bytesOf(value)
    return bytes === null ? this.json(value, status) : this.#end(bytes, "application/octet-stream", status)
  }

  /** `redirect("/there")` or, as in Express, `redirect(301, "/there")`. */
  redirect(url: string | number, status: number | string = 302): this {
    const [to, code] = typeof url === "number" ? [String(status), url] : [url, Number(status)]
    return this.header("location", to).#end(noBytes, null, code)
  }

  sendStatus(code: number): this {
    return this.#end(noBytes, null, code)
  }

  end(value?: unknown): this {
    return this.send(value)
  }

  /** The answer as it stands: an empty one when nothing was sent. */
  finish(): WholeAnswer {
    const status = requireStatus(this.statusCode)
    return { head: { status, headers: this.#pairs() }, body: this.#body ?? noBytes }
  }

  #pairs(): [string, string][] {
    if (this.#made !== null) return [...this.#made]
    return this.#type === null ? [] : [["content-type", this.#type]]
  }

  #end(body: Uint8Array, contentType: string | null, status: number | undefined): this {
    if (this.#body !== null)
      throw new Error("The answer was sent already: res.json(), send(), end() and redirect() end it.")
    if (status !== undefined) this.status(status)
    if (this.#made === null) this.#type = contentType
    else if (contentType !== null && !this.#made.has("content-type")) this.#made.set("content-type", contentType)
    this.#body = body
    return this
  }
}

const shortTypes: Readonly<Record<string, string>> = {
  json: "application/json",
  text: "text/plain; charset=utf-8",
  html: "text/html; charset=utf-8",
  xml: "application/xml",
}

function requireStatus(status: unknown): number {
  if (Number.isInteger(status) && (status as number) >= 200 && (status as number) <= 599) return status as number
  throw new RangeError(`The status of an answer is a whole number from 200 to 599, not ${String(status)}.`)
}

/** The bytes of a buffer or a view; null for everything else. */
export function bytesOf(value: unknown): Uint8Array | null {
  if (value instanceof ArrayBuffer) return new Uint8Array(value)
  return ArrayBuffer.isView(value) ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : null
}
