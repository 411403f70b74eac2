import { extismHttp } from "../host.ts"
import { type Response, receive } from "./response.ts"

/** A request by Extism's own HTTP, in a plug-in for any host: it waits, and follows the rules of that host. */
export function fetchByExtism(
  asked: { readonly url: string; readonly method: string; readonly headers: readonly (readonly [string, string])[] },
  body: Uint8Array | null,
): Response {
  const request = { url: asked.url, method: asked.method, headers: Object.fromEntries(asked.headers) }
  const answer = extismHttp(JSON.stringify(request), body)
  const headers = readHeaders(answer.headers)
  return receive(
    asked.method === "HEAD" ? null : answer.body,
    { status: answer.status, statusText: "", headers },
    { type: "basic", url: asked.url, redirected: false },
  )
}

/** Only hosts that allow it tell the headers, as an object in JSON. */
function readHeaders(text: string | null): [string, string][] {
  if (text === null || text === "") return []
  const all = JSON.parse(text) as Record<string, string | readonly string[]>
  return Object.entries(all).flatMap(([name, value]) => [value].flat().map((one): [string, string] => [name, one]))
}
