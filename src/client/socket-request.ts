import { request } from "node:http"
import type { ClientRequest, IncomingMessage, RequestOptions } from "node:http"
import { pipeline, Readable } from "node:stream"

import type { AlyxError, ErrorCode } from "../errors.ts"
import { alyxError, errorTable } from "../errors.ts"
import type { WireError } from "../protocol/admin-api.ts"

/** A call to the daemon's local socket. */
export interface SocketRequest {
  readonly socketPath: string
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE"
  /** Path and query. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  /** What is sent: a text, or a stream, which is taken no faster than the daemon reads it. */
  readonly body?: string | Readable
  readonly signal?: AbortSignal
  /** How long the answer may take to begin; 0 waits for as long as it takes. */
  readonly timeoutMs?: number
}

const timeoutMsDefault = 10_000

/** A longer answer is none of ours. */
const bodyBytesMax = 32 * 1024 * 1024

/** Calls the daemon and returns the parsed body; an error answer is thrown as the AlyxError that it carries. */
export async function requestJson<Body>(call: SocketRequest): Promise<Body> {
  const response = await openResponse(call)
  const body = await readBody(response)
  // There is nothing to say: 204.
  if (response.statusCode === 204) return undefined as Body
  try {
    return JSON.parse(body) as Body
  } catch (error) {
    throw unreachable("Its answer is not one of Alyx.", error)
  }
}

/** Calls the daemon and returns the answer with its body still to come, for streams. */
export async function openResponse(call: SocketRequest): Promise<IncomingMessage> {
  const response = await send(call)
  if ((response.statusCode ?? 500) < 400) return response
  throw errorFromBody(await readBody(response))
}

/** Makes an AlyxError out of its form on the wire; a code that this version does not know becomes INTERNAL. */
export function errorFromWire(wire: WireError & { readonly details?: Readonly<Record<string, unknown>> }): AlyxError {
  const known = Object.hasOwn(errorTable, wire.code)
  return alyxError(known ? (wire.code as ErrorCode) : "INTERNAL", {
    message: known ? wire.message : `${wire.code}: ${wire.message}`,
    ...(wire.next === undefined ? {} : { next: wire.next }),
    ...(wire.problems === undefined ? {} : { problems: wire.problems }),
    ...(wire.details === undefined ? {} : { details: wire.details }),
  })
}

function send(call: SocketRequest): Promise<IncomingMessage> {
  const options: RequestOptions = {
    socketPath: call.socketPath,
    method: call.method,
    path: call.path,
    // One call, one connection: a kept one would hold up the end of the command and of the daemon.
    agent: false,
    headers: { host: "localhost", accept: "application/json", ...call.headers },
    ...(call.signal ? { signal: call.signal } : {}),
  }
  return new Promise((resolve, reject) => {
    const outgoing = request(options)
    const timeoutMs = call.timeoutMs ?? timeoutMsDefault
    const giveUp = (): void => void outgoing.destroy(unreachable(`It did not answer within ${timeoutMs} ms.`))
    const timer = timeoutMs === 0 ? undefined : setTimeout(giveUp, timeoutMs)
    outgoing.once("response", (response) => {
      clearTimeout(timer)
      resolve(response)
    })
    outgoing.once("error", (error) => {
      clearTimeout(timer)
      reject(connectionError(error))
    })
    sendBody(outgoing, call.body)
  })
}

/** A stream that fails ends the request: the daemon must not take what came before for all of it. */
function sendBody(outgoing: ClientRequest, body: string | Readable | undefined): void {
  if (!(body instanceof Readable)) outgoing.end(body)
  else pipeline(body, outgoing, (error) => error && outgoing.destroy(error))
}

/** A socket that nobody listens on is no daemon; anything else is a daemon in trouble. */
function connectionError(error: NodeJS.ErrnoException): Error {
  if (error.name === "AlyxError" || error.name === "AbortError") return error
  if (error.code === "ENOENT" || error.code === "ECONNREFUSED") {
    return alyxError("NO_DAEMON", { next: "Start one with alyx dev or alyx start.", cause: error })
  }
  return unreachable(`${error.message}.`, error)
}

function unreachable(what: string, cause?: unknown): AlyxError {
  return alyxError("DAEMON_UNREACHABLE", { message: `The daemon of this project cannot be reached. ${what}`, cause })
}

async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of response) {
      size += (chunk as Buffer).length
      if (size > bodyBytesMax) {
        response.destroy()
        throw unreachable(`Its answer is larger than ${bodyBytesMax} bytes.`)
      }
      chunks.push(chunk as Buffer)
    }
  } catch (error) {
    // The daemon died in the middle of its answer.
    throw connectionError(error as NodeJS.ErrnoException)
  }
  return Buffer.concat(chunks).toString("utf8")
}

function errorFromBody(body: string): AlyxError {
  try {
    const { error } = JSON.parse(body) as { error: WireError }
    // The answers of the API, in HTTP as everybody gets them, carry the problems among the details.
    const problems = error.problems ?? (error.details?.["problems"] as WireError["problems"])
    return errorFromWire({ ...error, ...(Array.isArray(problems) ? { problems } : {}) })
  } catch {
    return unreachable("Its answer is not one of Alyx.")
  }
}
