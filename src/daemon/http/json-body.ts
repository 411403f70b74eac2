import { isUtf8 } from "node:buffer"

import type { FastifyInstance, FastifyRequest } from "fastify"

import { alyxError } from "../../errors.ts"
import { BodyReader } from "./body-reader.ts"
import { findJsonFault, isNestedDeeperThan } from "../../lib/json-syntax.ts"
import type { HttpConfig } from "./parts.ts"

/** How deep arrays and objects may stand in each other; JSON.stringify overflows the stack at some thousands. */
const depthMax = 100

/** Bodies that are being read at once: room for a hundred of the default limit. */
const heldBytesMax = 256 * 1024 * 1024

/** The reader of all bodies of a server, whatever is made of them. */
export function bodyReader(): BodyReader {
  return new BodyReader({ heldBytesMax })
}

/** Reads bodies: JSON in UTF-8 and nothing else, up to server.body_limit, which is read anew for each. */
export function acceptJsonBodies(app: FastifyInstance, config: () => HttpConfig, reader: BodyReader): void {
  const parseSafely = app.getDefaultJsonParser("error", "ignore")
  app.removeAllContentTypeParsers()
  app.addContentTypeParser("application/json", (request, _payload, done) => {
    const refusal = refusedCoding(request)
    if (refusal) return done(refusal)
    return reader.read(request.raw, config().server.bodyLimitBytes, (error, bytes) => {
      if (error !== null) return done(error)
      if (bytes.length === 0) return done(null, undefined)
      request.capture?.receive(bytes)
      const unreadable = unreadableJson(bytes)
      if (unreadable !== null) return done(unreadable)
      const text = bytes.toString("utf8")
      return void parseSafely(request, text, (parseError, value) =>
        parseError ? done(invalidJson(text)) : done(null, value),
      )
    })
  })
}

/** What keeps bytes from being read as JSON at all. */
function unreadableJson(bytes: Buffer): Error | null {
  if (!isUtf8(bytes)) return alyxError("INVALID_JSON", { message: "The body is not valid UTF-8." })
  if (bytes.length > depthMax && isNestedDeeperThan(bytes, depthMax)) {
    return alyxError("INVALID_JSON", { message: `The body is nested deeper than ${depthMax} levels.` })
  }
  return null
}

/** The value of a body that was taken as bytes; throws INVALID_JSON with the place where it is none. */
export function readJsonBytes(bytes: Buffer): unknown {
  const unreadable = unreadableJson(bytes)
  if (unreadable !== null) throw unreadable
  const text = bytes.toString("utf8")
  try {
    return JSON.parse(text)
  } catch {
    throw invalidJson(text)
  }
}

/** Takes bodies of every type as bytes, for routes whose handlers know what to make of them. */
export function acceptRawBodies(app: FastifyInstance, config: () => HttpConfig, reader: BodyReader): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser("*", (request, _payload, done) => {
    const refusal = refusedCoding(request)
    if (refusal) return done(refusal)
    return reader.read(request.raw, config().server.bodyLimitBytes, (error, bytes) => {
      if (error !== null) return done(error)
      if (bytes.length > 0) request.capture?.receive(bytes)
      return done(null, bytes)
    })
  })
}

/** A compressed body could unpack to any size; JSON is UTF-8 (RFC 8259). */
function refusedCoding(request: FastifyRequest): Error | null {
  const { "content-type": type = "", "content-encoding": coding = "identity" } = request.headers
  const transfer = request.headers["transfer-encoding"] ?? "chunked"
  if (transfer.trim().toLowerCase() !== "chunked") {
    return alyxError("BAD_REQUEST", {
      message: "The body is sent with a transfer coding that this server does not know.",
      next: "Send it with Content-Length, or with `transfer-encoding: chunked` alone.",
    })
  }
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(type)?.[1]
  if (charset !== undefined && charset.toLowerCase() !== "utf-8" && isJsonType(type)) {
    return alyxError("UNSUPPORTED_MEDIA_TYPE", { message: "The body must be in UTF-8." })
  }
  if (coding.toLowerCase() !== "identity") {
    return alyxError("UNSUPPORTED_MEDIA_TYPE", { message: "The body must not be compressed." })
  }
  return null
}

/** Whether a content type is JSON: `application/json`, `application/problem+json`. */
export function isJsonType(type: string | undefined): boolean {
  return /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(type ?? "")
}

function invalidJson(text: string): Error {
  const fault = findJsonFault(text)
  if (fault === null) {
    return alyxError("INVALID_JSON", { message: "The body has a member named __proto__, which is never accepted." })
  }
  const { offset, line, column, expected } = fault
  const found = offset >= text.length ? "the body ends" : `there is ${JSON.stringify(characterAt(text, offset))}`
  return alyxError("INVALID_JSON", {
    message: `The body is not valid JSON: at line ${line}, column ${column}, ${found} where ${expected} was expected.`,
    details: { offset, line, column },
  })
}

function characterAt(text: string, offset: number): string {
  return String.fromCodePoint(text.codePointAt(offset)!)
}
