import type { FastifyRequest } from "fastify"

import { alyxError } from "../../errors.ts"
import type { FunctionStyle } from "../../functions/built-function.ts"
import type { GuestRequest } from "../../functions/guest-abi.ts"
import type { QueryPairs } from "../records/records.ts"
import { isJsonType, readJsonBytes } from "./json-body.ts"
import { parseQueryString } from "./query-string.ts"

/** Whose values are Alyx's own: who the caller is, a function is told by `ctx.auth`. */
const keptBack = new Set(["authorization", "proxy-authorization"])

/** What a function is told of a request, besides its body. */
export function guestRequest(
  request: FastifyRequest,
  target: {
    readonly method: string
    readonly params: Readonly<Record<string, string>>
    /** `https://api.example.com`; null where only the Host header says it. */
    readonly origin: string | null
  },
): GuestRequest {
  const { raw, caller } = request
  const url = raw.url ?? "/"
  const { params, method, origin } = target
  const [path = "/"] = url.split("?", 1)
  return {
    method,
    url: new URL(
      url.startsWith("/") ? url : new URL(url).pathname,
      origin ?? `http://${raw.headers.host ?? "localhost"}`,
    ).href,
    path,
    headers: headersOf(raw.rawHeaders),
    params,
    query: Object.fromEntries(queryOf(request)),
    ip: caller.address,
  }
}

function headersOf(rawHeaders: readonly string[]): readonly (readonly [string, string])[] {
  const headers: (readonly [string, string])[] = []
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!.toLowerCase()
    if (!keptBack.has(name)) headers.push([name, rawHeaders[index + 1]!])
  }
  return headers
}

/** Of the URL as it was sent: behind a path that is none of ours the router has read the query in its own way. */
function queryOf({ raw: { url = "" } }: FastifyRequest): QueryPairs {
  const start = url.indexOf("?")
  return start === -1 ? [] : parseQueryString(url.slice(start + 1))
}

const noBytes = Buffer.alloc(0)

/**
 * The input of a call. `handler` and `fetch` get the body as it came; the others get a JSON value: of a GET the query as an
 * object, in which a repeated parameter is a list. What is no JSON is refused for `define`, which could do nothing with it;
 * a plug-in may take any bytes.
 */
export function inputOf(request: FastifyRequest, style: FunctionStyle): Uint8Array {
  const bytes = Buffer.isBuffer(request.body) ? request.body : noBytes
  // From here on rules see what the body says.
  request.body = undefined
  const type = request.headers["content-type"]
  if (style === "handler" || style === "fetch") {
    if (isJsonType(type)) request.body = valueOrNothing(bytes)
    return bytes
  }
  if (request.method === "GET" || request.method === "HEAD") return queryInput(request, style)
  // No bytes are no input, which `define` takes for an empty object.
  if (bytes.length === 0) return noBytes
  if (style === "plugin" && !isJsonType(type)) return bytes
  if (!isJsonType(type)) {
    throw alyxError("UNSUPPORTED_MEDIA_TYPE", {
      message: "The input of this function is JSON.",
      next: "Send the header `content-type: application/json`.",
    })
  }
  request.body = readJsonBytes(bytes)
  return bytes
}

function queryInput(request: FastifyRequest, style: FunctionStyle): Uint8Array {
  const pairs = queryOf(request)
  if (pairs.length === 0 && style === "plugin") return noBytes
  const values = new Map<string, string | string[]>()
  for (const [name, value] of pairs) {
    const before = values.get(name)
    values.set(name, before === undefined ? value : [before, value].flat())
  }
  return Buffer.from(JSON.stringify(Object.fromEntries(values)))
}

/** A function of its own may answer what is no JSON as it likes; rules then see no body. */
function valueOrNothing(bytes: Buffer): unknown {
  try {
    return bytes.length === 0 ? undefined : readJsonBytes(bytes)
  } catch {
    return undefined
  }
}
