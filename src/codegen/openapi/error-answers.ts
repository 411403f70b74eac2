import type { ErrorCode } from "../../errors.ts"
import { errorTable } from "../../errors.ts"
import type { JsonSchema } from "../../schema/json-schema.ts"
import { errorExample } from "./error-examples.ts"
import { errorProperties } from "./error-schemas.ts"
import { everyAnswer } from "./headers.ts"
import { componentRef, jsonContent } from "./operation.ts"

/** The word of each status that an operation may be refused with. */
const statusWords: Readonly<Record<number, string>> = {
  400: "BadRequest",
  401: "Unauthenticated",
  403: "Forbidden",
  404: "NotFound",
  408: "RequestTimeout",
  409: "Conflict",
  412: "PreconditionFailed",
  413: "BodyTooLarge",
  414: "UrlTooLong",
  415: "UnsupportedMediaType",
  421: "WrongHost",
  429: "TooManyRequests",
  431: "HeadersTooLarge",
  500: "ServerError",
  503: "Unavailable",
  504: "TimedOut",
  507: "StorageFull",
}

/** Gathers the error answers of all operations: equal ones are one component. */
export class ErrorAnswers {
  readonly #codes = new Set<ErrorCode>()
  /** By name. */
  readonly #responses = new Map<string, JsonSchema>()
  /** Names by kind, status and codes. */
  readonly #names = new Map<string, string>()

  /** The answers of a kind of operation that may be refused with these codes, by status. */
  answersOf(kind: string, codes: readonly ErrorCode[]): Record<string, JsonSchema> {
    const byStatus = new Map<number, ErrorCode[]>()
    for (const code of new Set(codes)) {
      const { status } = errorTable[code]
      byStatus.set(status, [...(byStatus.get(status) ?? []), code])
      this.#codes.add(code)
    }
    const entries = [...byStatus].toSorted(([a], [b]) => a - b)
    return Object.fromEntries(
      entries.map(([status, some]) => [
        String(status),
        componentRef("responses", this.#nameOf(kind, status, some.toSorted())),
      ]),
    )
  }

  /** The components that the answers point at. */
  responses(): Record<string, JsonSchema> {
    return Object.fromEntries([...this.#responses].toSorted(([a], [b]) => (a < b ? -1 : 1)))
  }

  /** One example of each code that occurs. */
  examples(): Record<string, JsonSchema> {
    const codes = [...this.#codes].toSorted()
    return Object.fromEntries(
      codes.map((code) => [code, { summary: errorTable[code].sentence, value: errorExample(code) }]),
    )
  }

  #nameOf(kind: string, status: number, codes: readonly ErrorCode[]): string {
    const word = `${codes.length === 1 ? "" : kind}${statusWords[status] ?? `Status${status}`}`
    const key = `${word} ${codes.join()}`
    const known = this.#names.get(key)
    if (known !== undefined) return known
    let name = word
    for (let number = 2; this.#responses.has(name); number += 1) name = `${word}${number}`
    this.#names.set(key, name)
    this.#responses.set(name, answer(status, codes))
    return name
  }
}

function answer(status: number, codes: readonly ErrorCode[]): JsonSchema {
  const { code: _any, ...others } = errorProperties
  const error: JsonSchema = { type: "object", properties: { code: { type: "string", enum: codes }, ...others } }
  const schema: JsonSchema = {
    allOf: [componentRef("schemas", "Error"), { type: "object", properties: { error } }],
  }
  const examples = Object.fromEntries(codes.map((code) => [code, componentRef("examples", code)]))
  const headers =
    status === 503 || status === 429
      ? { "Retry-After": componentRef("headers", "RetryAfter"), ...everyAnswer }
      : everyAnswer
  return {
    description: codes.map((code) => `\`${code}\`: ${errorTable[code].sentence}`).join("\n\n"),
    headers,
    content: { "application/json": { ...(jsonContent(schema)["application/json"] as JsonSchema), examples } },
  }
}
