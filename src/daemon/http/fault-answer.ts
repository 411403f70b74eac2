import { STATUS_CODES } from "node:http"

import { alyxError, type AlyxError } from "../../errors.ts"
import { errorBody, jsonContentType } from "./errors.ts"

/** An answer with its head, as it goes over the wire. */
export interface FaultAnswer {
  readonly status: number
  readonly text: string
}

/** The whole HTTP answer to what Node could not read as a request; null when nobody is there to read it. */
export function faultAnswer(fault: NodeJS.ErrnoException, requestId: string, now: Date): FaultAnswer | null {
  if (fault.code === "ECONNRESET" || fault.code === "EPIPE") return null
  const error = faultError(fault)
  const body = errorBody(error, requestId, now)
  const lines = [
    `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status]}`,
    `content-type: ${jsonContentType}`,
    `content-length: ${Buffer.byteLength(body)}`,
    `date: ${now.toUTCString()}`,
    `x-request-id: ${requestId}`,
    "x-content-type-options: nosniff",
    "connection: close",
    "",
    body,
  ]
  return { status: error.status, text: lines.join("\r\n") }
}

function faultError(fault: NodeJS.ErrnoException): AlyxError {
  switch (fault.code) {
    case "HPE_HEADER_OVERFLOW":
      return alyxError("HEADERS_TOO_LARGE", { next: "Send fewer or shorter headers, and a shorter URL." })
    case "HPE_CHUNK_EXTENSIONS_OVERFLOW":
      return alyxError("BODY_TOO_LARGE", { message: "The extensions of a chunk are too large." })
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return alyxError("REQUEST_TIMEOUT")
    case undefined:
    default:
      return alyxError("BAD_REQUEST", { message: `The request is not valid HTTP: ${reason(fault)}.` })
  }
}

/** The parser's own words, without its name: "Parse Error: Invalid method encountered". */
function reason(fault: Error): string {
  return fault.message.replace(/^Parse Error:? */, "").replace(/\.$/, "") || "it cannot be read"
}
