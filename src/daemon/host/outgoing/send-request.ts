import type { LookupAddress } from "node:dns"
import { request as requestPlain } from "node:http"
import type { IncomingMessage, RequestOptions } from "node:http"
import { request as requestSecure } from "node:https"
import type { LookupFunction } from "node:net"

import { alyxError, isAlyxError } from "../../../errors.ts"
import { portOf } from "./checked-addresses.ts"
import { encodingsOf, readAnswer } from "./read-answer.ts"
import { rawHeaders } from "./request-headers.ts"
import type { HeaderPairs } from "./request-headers.ts"

/** One request to one server. */
export interface OneRequest {
  readonly url: URL
  readonly method: string
  readonly headers: HeaderPairs
  readonly body: Uint8Array
  readonly signal: AbortSignal
}

/** What a server answered, unpacked. */
export interface OneAnswer {
  readonly status: number
  readonly statusText: string
  readonly headers: HeaderPairs
  readonly body: Uint8Array
}

const defaultHeaders = { accept: "*/*", "accept-encoding": "gzip, deflate, br", "user-agent": "Alyx" }

/**
 * Sends one request over a connection of its own to one of the checked addresses; the name stays in Host and in TLS.
 * Proxies of the environment are not asked.
 */
export async function sendRequest(asked: OneRequest, addresses: readonly LookupAddress[]): Promise<OneAnswer> {
  const { url, method, signal } = asked
  try {
    const response = await responseOf(asked, addresses)
    try {
      const body = method === "HEAD" ? Buffer.alloc(0) : await readAnswer(response, url.host)
      const { statusCode = 0, statusMessage = "" } = response
      return { status: statusCode, statusText: statusMessage, headers: answerHeaders(response), body }
    } finally {
      response.destroy()
    }
  } catch (error) {
    if (signal.aborted) throw alyxError("ABORTED", { cause: error })
    throw isAlyxError(error) ? error : failed(url, error)
  }
}

function responseOf(
  { url, method, headers, body, signal }: OneRequest,
  addresses: readonly LookupAddress[],
): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const isBodied = body.byteLength > 0 || !(method === "GET" || method === "HEAD" || method === "DELETE")
  const options: RequestOptions = {
    protocol: url.protocol,
    hostname: url.hostname.startsWith("[") ? url.hostname.slice(1, -1) : url.hostname,
    port: portOf(url),
    path: url.pathname + url.search,
    method,
    signal,
    agent: false,
    lookup: lookupOf(addresses),
    headers: rawHeaders(headers, {
      ...defaultHeaders,
      ...(isBodied ? { "content-length": String(body.byteLength) } : {}),
    }),
  }
  const sent = url.protocol === "https:" ? requestSecure(options) : requestPlain(options)
  sent.on("response", resolve)
  sent.on("error", reject)
  // A server may switch to another protocol although nobody asked.
  sent.on("upgrade", (_response, socket) => {
    socket.destroy()
    reject(new Error("the server wants another protocol"))
  })
  sent.end(isBodied ? body : undefined)
  return promise
}

/** Answers what was checked, whatever is asked. */
function lookupOf(addresses: readonly LookupAddress[]): LookupFunction {
  return (_name, options, done) => {
    if (options.all === true) return done(null, [...addresses])
    const [{ address, family }] = addresses as [LookupAddress]
    done(null, address, family)
  }
}

/** What was unpacked is not packed any more, and as long as it is. */
function answerHeaders(response: IncomingMessage): HeaderPairs {
  const isUnpacked = encodingsOf(response).length > 0
  const pairs: (readonly [string, string])[] = []
  const { rawHeaders: raw } = response
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index]!.toLowerCase()
    if (isUnpacked && (name === "content-encoding" || name === "content-length")) continue
    pairs.push([name, raw[index + 1]!])
  }
  return pairs
}

function failed(url: URL, error: unknown): Error {
  const code = error instanceof Error && "code" in error ? String(error.code) : ""
  const reason = reasons[code] ?? (error instanceof Error ? error.message : String(error))
  return alyxError("FETCH_FAILED", { message: `The request to ${url.origin} failed: ${reason}.`, cause: error })
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nobody listens there",
  ECONNRESET: "the connection ended before the answer did",
  EHOSTUNREACH: "there is no way to the host",
  ENETUNREACH: "there is no way to the network",
  ETIMEDOUT: "the host does not answer",
  EPIPE: "the connection ended before the request did",
}
