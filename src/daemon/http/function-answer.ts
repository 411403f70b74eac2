import { isUtf8 } from "node:buffer"
import { validateHeaderName, validateHeaderValue } from "node:http"

import type { FastifyReply, FastifyRequest } from "fastify"

import { alyxError } from "../../errors.ts"
import type { AnswerHead } from "../../functions/guest-abi.ts"
import { isJson } from "../../lib/json-syntax.ts"
import { roundMs } from "../../lib/round-ms.ts"
import type { InvokeResult } from "../functions/functions.ts"
import type { Compression } from "./compression.ts"
import { jsonContentType } from "./errors.ts"
import { addVary } from "./middleware/vary.ts"

/** Headers of the connection, and those that this server says itself. */
const ownHeaders = new Set([
  "connection",
  "content-length",
  "date",
  "keep-alive",
  "proxy-authenticate",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "x-content-type-options",
  "x-request-id",
])

const headerCountMax = 100
const headerBytesMax = 32 * 1024

/** Sends what a call came to: the styles `handler` and `fetch` own the whole answer, the others fill the one form. */
export function sendResult(
  request: FastifyRequest,
  reply: FastifyReply,
  { result, compression }: { readonly result: InvokeResult; readonly compression: Compression },
): void {
  if (result.head !== null) return sendOwn(request, reply, { head: result.head, body: result.output, compression })
  const durationMs = roundMs(result.durationMs)
  const rest = `,"request_id":${JSON.stringify(request.id)},"duration_ms":${durationMs}}`
  compression.send(request, reply.header("content-type", jsonContentType), `{${outputMember(result.output)}${rest}`)
}

/** JSON where it is that, else text, else base64. */
function outputMember(bytes: Uint8Array): string {
  const { encoding, text } = readOutput(bytes)
  if (encoding === "json") return `"output":${text}`
  return `"output":${JSON.stringify(text)}${encoding === "base64" ? ',"encoding":"base64"' : ""}`
}

/** What the output of a function is: a JSON value as its text, another text, or bytes as base64. */
export function readOutput(output: Uint8Array): {
  readonly encoding: "json" | "text" | "base64"
  readonly text: string
} {
  const bytes = Buffer.from(output.buffer, output.byteOffset, output.byteLength)
  if (bytes.length === 0) return { encoding: "json", text: "null" }
  if (!isUtf8(bytes)) return { encoding: "base64", text: bytes.toString("base64") }
  const text = bytes.toString("utf8")
  return { encoding: isJson(text) ? "json" : "text", text }
}

interface OwnAnswer {
  readonly head: AnswerHead
  readonly body: Uint8Array
  readonly compression: Compression
}

function sendOwn(request: FastifyRequest, reply: FastifyReply, { head, body, compression }: OwnAnswer): void {
  const { status } = head
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    throw invalidAnswer(`its status is ${JSON.stringify(status)}, which is no whole number from 200 to 599`)
  }
  reply.code(status)
  setHeaders(reply, head.headers)
  // What it may say of a body that is not sent would confuse those between us and the client.
  if (status === 204 || status === 304) return void reply.removeHeader("content-type").send()
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const isFinal = reply.hasHeader("content-encoding") || isNoTransform(reply.getHeader("cache-control"))
  if (isFinal) return void reply.send(bytes)
  compression.send(request, reply, bytes)
}

function setHeaders(reply: FastifyReply, headers: AnswerHead["headers"]): void {
  if (headers.length > headerCountMax) throw invalidAnswer(`it has more than ${headerCountMax} headers`)
  let lengthBytes = 0
  const cookies: string[] = []
  const others = new Map<string, string>()
  for (const [written, value] of headers) {
    const name = written.toLowerCase()
    requireValid(written, value)
    lengthBytes += name.length + value.length
    if (ownHeaders.has(name)) continue
    if (name === "set-cookie") cookies.push(value)
    else others.set(name, others.has(name) ? `${others.get(name)}, ${value}` : value)
  }
  if (lengthBytes > headerBytesMax) throw invalidAnswer(`its headers have more than ${headerBytesMax} bytes`)
  if (cookies.length > 0) reply.header("set-cookie", cookies)
  for (const [name, value] of others) {
    if (name === "vary") addVary(reply, value)
    else reply.header(name, value)
  }
}

function requireValid(name: string, value: string): void {
  try {
    validateHeaderName(name)
    validateHeaderValue(name, value)
  } catch {
    throw invalidAnswer(`its header ${JSON.stringify(name.slice(0, 100))} is not valid`)
  }
}

function isNoTransform(cacheControl: unknown): boolean {
  return typeof cacheControl === "string" && /\bno-transform\b/i.test(cacheControl)
}

function invalidAnswer(reason: string): Error {
  return alyxError("OUTPUT_INVALID", {
    message: `The answer of the function cannot be sent: ${reason}.`,
    next: "Send a status from 200 to 599, and headers as HTTP has them.",
  })
}
