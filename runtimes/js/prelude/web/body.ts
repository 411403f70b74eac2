import { Blob } from "./blob.ts"
import { type BodySource, collectStream } from "./body-source.ts"
import { bufferOf } from "./bytes-of.ts"
import { FormData } from "./form-data.ts"
import { decodeMultipart } from "./multipart.ts"
import { ReadableStream, coreOf } from "./readable-stream.ts"
import { parsePairs } from "./url-search-params.ts"
import { decodeText } from "./utf8.ts"

/** What Request and Response share: a body that is read once. */
export abstract class Body {
  #content: Uint8Array | ReadableStream | null
  #stream: ReadableStream | null
  #isUsed = false

  constructor(source: BodySource | null) {
    this.#content = source?.content ?? null
    this.#stream = source !== null && !(source.content instanceof Uint8Array) ? source.content : null
  }

  abstract get headers(): { get(name: string): string | null }

  get body(): ReadableStream | null {
    if (this.#stream === null && this.#content instanceof Uint8Array) this.#stream = this.#streamOf(this.#content)
    return this.#stream
  }

  get bodyUsed(): boolean {
    return this.#isUsed || (this.#stream !== null && coreOf(this.#stream).isDisturbed)
  }

  async text(): Promise<string> {
    return withoutMark(decodeText(await this.#take("text")))
  }

  async json(): Promise<unknown> {
    return JSON.parse(withoutMark(decodeText(await this.#take("json")))) as unknown
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return bufferOf((await this.#take("arrayBuffer")).slice())
  }

  async bytes(): Promise<Uint8Array> {
    return (await this.#take("bytes")).slice()
  }

  async blob(): Promise<Blob> {
    return new Blob([await this.#take("blob")], { type: this.headers.get("content-type") ?? "" })
  }

  async formData(): Promise<FormData> {
    const type = this.headers.get("content-type") ?? ""
    const bytes = await this.#take("formData")
    if (/^\s*multipart\/form-data\s*(;|$)/i.test(type)) {
      const boundary = /;\s*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(type)
      const text = boundary?.[1] ?? boundary?.[2]
      if (text === undefined) throw new TypeError("The content-type of the form names no boundary.")
      return decodeMultipart(bytes, text)
    }
    if (!/^\s*application\/x-www-form-urlencoded\s*(;|$)/i.test(type))
      throw new TypeError(
        `A body of the type "${type}" is no form: multipart/form-data and application/x-www-form-urlencoded are.`,
      )
    const form = new FormData()
    for (const [name, value] of parsePairs(withoutMark(decodeText(bytes)))) form.append(name, value)
    return form
  }

  /** The same body for a second owner; a stream is split. */
  protected copyBody(): BodySource | null {
    if (this.bodyUsed || (this.#stream !== null && this.#stream.locked))
      throw new TypeError("The body has been read already: clone before you read.")
    if (this.#content === null) return null
    if (this.#content instanceof Uint8Array) return { content: this.#content, type: null }
    const [mine, theirs] = this.#content.tee()
    this.#content = mine
    this.#stream = mine
    return { content: theirs, type: null }
  }

  /** Hands the body to a new owner, which leaves this one used. */
  protected handOver(): BodySource | null {
    const source = this.copyBodyless()
    if (this.#content !== null) this.#isUsed = true
    return source
  }

  private copyBodyless(): BodySource | null {
    if (this.bodyUsed || (this.#stream !== null && this.#stream.locked))
      throw new TypeError("The body has been read already: it cannot be sent again.")
    return this.#content === null ? null : { content: this.#content, type: null }
  }

  async #take(method: string): Promise<Uint8Array> {
    if (this.bodyUsed || (this.#stream !== null && this.#stream.locked))
      throw new TypeError(
        `${method}() was called on a body that has been read already: clone() before, or keep what you read.`,
      )
    if (this.#content === null) return new Uint8Array(0)
    this.#isUsed = true
    if (this.#stream !== null && this.#content instanceof Uint8Array) spend(this.#stream)
    return this.#content instanceof Uint8Array ? this.#content : collectStream(this.#content)
  }

  #streamOf(bytes: Uint8Array): ReadableStream {
    const used = this.#isUsed
    const stream = new ReadableStream({
      type: "bytes",
      pull: (controller) => {
        if (bytes.length > 0) controller.enqueue(bytes.slice())
        controller.close()
      },
    })
    if (used) spend(stream)
    return stream
  }
}

/** The bytes that are left of a body, as they are sent. */
export function collectBody(source: BodySource | null): Promise<Uint8Array> | Uint8Array | undefined {
  if (source === null) return undefined
  return source.content instanceof Uint8Array ? source.content : collectStream(source.content)
}

/** Marks a stream as read by whoever read the bytes without it. */
function spend(stream: ReadableStream): void {
  Object.assign(coreOf(stream), { isDisturbed: true, isLocked: true })
}

function withoutMark(text: string): string {
  return text.startsWith("\uFEFF") ? text.slice(1) : text
}
