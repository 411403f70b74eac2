import { fullFormats } from "ajv-formats/dist/formats.js"
import { Ajv2020 } from "ajv/dist/2020.js"

import type { OpenApiDocument } from "../../../src/codegen/openapi/document.ts"

/** An answer, as far as a document says anything of it. */
export interface JudgedAnswer {
  readonly method: string
  /** The path with its query. */
  readonly target: string
  readonly status: number
  readonly contentType: string
  readonly body: unknown
}

interface Responses {
  readonly [status: string]: { readonly $ref?: string; readonly content?: Record<string, unknown> }
}

/** Judges answers by the schemas of a document: by operation, status and content type. */
export class DocumentJudge {
  readonly #document: OpenApiDocument
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true, formats: { ...fullFormats, iri: true } })

  constructor(document: OpenApiDocument) {
    this.#document = JSON.parse(JSON.stringify(document)) as OpenApiDocument
    this.#ajv.addSchema(this.#document, "document")
  }

  /** Every operation, as `get /api/collections/posts/{id}`. */
  operations(): string[] {
    return Object.entries(this.#document.paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method} ${path}`),
    )
  }

  /** The operation that a request asks for; undefined when the document has none. */
  operationOf(method: string, target: string): string | undefined {
    const asked = target.split("?", 1)[0]!
    const path = Object.keys(this.#document.paths).find((template) =>
      new RegExp(`^${template.replaceAll(".", "\\.").replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(asked),
    )
    const isServed = path !== undefined && Object.hasOwn(this.#document.paths[path]!, method.toLowerCase())
    return isServed ? `${method.toLowerCase()} ${path}` : undefined
  }

  /** What the document says against an answer; empty when it fits. */
  faults({ method, target, status, contentType, body }: JudgedAnswer): string[] {
    const operation = this.operationOf(method, target)
    if (operation === undefined) return [`${method} ${target} is no operation`]
    const [verb, path] = operation.split(" ") as [string, string]
    const pointer = ["paths", path, verb, "responses", String(status)]
    const responses = (this.#document.paths[path] as Record<string, { responses: Responses }>)[verb]!.responses
    const found = responses[String(status)]
    if (found === undefined) return [`${operation} has no answer ${status}`]
    const shared = found.$ref?.split("/").slice(1)
    const place = shared ?? pointer
    const response =
      shared === undefined ? found : (this.#document.components["responses"]![shared[2]!] as Responses[string])
    if (response.content === undefined) return body === "" ? [] : [`${operation} ${status} has no body`]
    const type = contentType.split(";", 1)[0]!
    if (!Object.hasOwn(response.content, type)) return [`${operation} ${status} is no ${type}`]
    const parts = [...place, "content", type, "schema"].map((part) =>
      encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1")),
    )
    const validate = this.#ajv.getSchema(`document#/${parts.join("/")}`)!
    if (validate(body) === true) return []
    return (validate.errors ?? []).map((error) => `${operation} ${status}: ${error.instancePath} ${error.message}`)
  }
}
