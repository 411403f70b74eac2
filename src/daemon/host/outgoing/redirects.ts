import { alyxError } from "../../../errors.ts"
import type { FetchRequest } from "./read-fetch.ts"
import { withoutBodyHeaders, withoutCredentials } from "./request-headers.ts"
import type { OneAnswer } from "./send-request.ts"

const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/** The request that a redirect leads to, as browsers make it; null where the answer is to be given as it is. */
export function nextHop(request: FetchRequest, { status, headers }: OneAnswer): FetchRequest | null {
  const location = headers.find(([name]) => name === "location")?.[1]
  if (!redirectStatuses.has(status) || location === undefined || request.redirect === "manual") return null
  const { origin } = request.url
  if (request.redirect === "error") throw failed(`${origin} redirects, and the request says redirect: "error"`)
  const url = URL.parse(location, request.url)
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "") {
    throw failed(`${origin} redirects to what is no address`)
  }
  if (url.hash === "") url.hash = request.url.hash
  const toGet = becomesGet(request.method, status)
  const kept = url.origin === origin ? request.headers : withoutCredentials(request.headers)
  return {
    ...request,
    url,
    headers: toGet ? withoutBodyHeaders(kept) : kept,
    ...(toGet ? { method: "GET", body: new Uint8Array() } : {}),
  }
}

function becomesGet(method: string, status: number): boolean {
  if (status === 303) return method !== "GET" && method !== "HEAD"
  return (status === 301 || status === 302) && method === "POST"
}

function failed(message: string): Error {
  return alyxError("FETCH_FAILED", { message: `${message}.` })
}
