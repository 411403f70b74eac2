import { decodeUtf8, extismHttp } from "../host.ts"
import { type KitBytes, readKitBytes } from "./kit-bytes.ts"

/** A request in the words of Extism's kit. */
export interface HttpRequest {
  readonly url: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string | number | boolean>>
}

/** Headers are there only if the host tells them. */
export interface HttpResponse {
  readonly body: string
  readonly status: number
  readonly headers?: Record<string, string>
}

/** Extism's own HTTP: it waits for the answer, and the host decides where it may go. */
export const Http = {
  request(request: HttpRequest, body?: string | KitBytes | null): HttpResponse {
    if (typeof request !== "object" || request === null || typeof request.url !== "string")
      throw new TypeError("Http.request takes an object with url, method and headers.")
    const headers = Object.entries(request.headers ?? {}).map(([name, value]) => [name, String(value)])
    const asked = { url: request.url, method: request.method ?? "GET", headers: Object.fromEntries(headers) as object }
    const answer = extismHttp(JSON.stringify(asked), body === undefined || body === null ? null : readKitBytes(body))
    const told =
      answer.headers === null || answer.headers === ""
        ? {}
        : { headers: JSON.parse(answer.headers) as Record<string, string> }
    return { body: decodeUtf8(answer.body), status: answer.status, ...told }
  },
} as const
