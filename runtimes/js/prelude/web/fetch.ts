import type { FetchedHead } from "../../../../src/functions/guest-abi.ts"
import { engine, requireCall, submit } from "../host.ts"
import { collectBody } from "./body.ts"
import { fetchByExtism } from "./fetch-by-extism.ts"
import { Request, type RequestInit, takeRequestBody } from "./request.ts"
import { type Response, receive } from "./response.ts"

/** The standard's fetch: the host asks, if the function may. Several may be under way at a time. */
export async function fetch(input: unknown, init?: RequestInit | null): Promise<Response> {
  requireCall("fetch()")
  // What the host answers comes when the code that asked is no longer on the stack.
  const { stack } = new Error("where it was asked")
  const request = new Request(input, init)
  request.signal.throwIfAborted()
  const protocol = /^[^:]*:/.exec(request.url)?.[0]
  if (protocol !== "http:" && protocol !== "https:")
    throw new TypeError(`fetch failed: ${protocol} is not http: or https:.`)
  const headers = [...request.headers] as [string, string][]
  if (!request.headers.has("accept")) headers.push(["accept", "*/*"])
  const source = takeRequestBody(request)
  const body = source === null ? undefined : await collectBody(source)
  const asked = { url: request.url, method: request.method, headers }
  if (engine === "extism") return fetchByExtism(asked, body ?? null)
  try {
    return await ask({ ...asked, redirect: request.redirect }, body, request)
  } catch (error) {
    if (request.signal.aborted) throw request.signal.reason
    throw fetchError(error, stack)
  }
}

async function ask(
  asked: {
    readonly url: string
    readonly method: string
    readonly headers: readonly (readonly [string, string])[]
    readonly redirect: "follow" | "manual" | "error"
  },
  body: Uint8Array | undefined,
  request: Request,
): Promise<Response> {
  const answer = await submit({ op: "fetch", ...asked }, body, { signal: request.signal })
  const head = answer.value as FetchedHead
  return receive(request.method === "HEAD" ? null : answer.body, head, {
    type: "basic",
    url: head.url,
    redirected: head.redirected,
  })
}

/** A TypeError, as of any fetch, that keeps the host's code and sentence: HOST_NOT_ALLOWED, FETCH_FAILED, … */
function fetchError(error: unknown, stack: string | undefined): unknown {
  if (!(error instanceof Error)) return error
  const { code, details, status } = error as Error & { code?: unknown; details?: unknown; status?: unknown }
  if (typeof code !== "string") return error
  const shown = new TypeError(error.message, { cause: error })
  if (stack !== undefined) shown.stack = stack
  return Object.assign(shown, { code, status, details })
}
