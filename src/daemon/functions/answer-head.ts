import type { AnswerHead } from "../../functions/guest-abi.ts"

/** Headers of one answer, and what one may weigh. */
const headersMax = 100
const headerBytesMax = 16_384

/** Reads what a guest says of its answer; null where it says nothing. What is no status becomes 500, and what is no header is left out. */
export function readAnswerHead(given: unknown): AnswerHead | null {
  if (typeof given !== "object" || given === null) return null
  const { status, headers } = given as { readonly status?: unknown; readonly headers?: unknown }
  const pairs = Array.isArray(headers) ? (headers as unknown[]) : []
  return {
    status: typeof status === "number" && Number.isInteger(status) && status >= 200 && status <= 599 ? status : 500,
    headers: pairs.slice(0, headersMax).flatMap((pair) => readHeader(pair)),
  }
}

function readHeader(pair: unknown): (readonly [string, string])[] {
  const [name, value] = Array.isArray(pair) ? (pair as unknown[]) : []
  if (typeof name !== "string" || typeof value !== "string") return []
  const isFit = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) && /^[\t\u0020-\u007e\u0080-\u00ff]*$/.test(value)
  return isFit && name.length + value.length <= headerBytesMax ? [[name.toLowerCase(), value]] : []
}
