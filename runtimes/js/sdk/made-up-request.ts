import type { GuestContext, GuestRequest } from "../../../src/functions/guest-abi.ts"

/**
 * The request that the styles `handler` and `fetch` answer. Where nothing came over HTTP (another function, the command
 * line, later a hook) it is a POST of the input as JSON.
 */
export function requestOf(guest: GuestContext | null): GuestRequest {
  return guest?.request ?? madeUpRequest(guest)
}

function madeUpRequest(guest: GuestContext | null): GuestRequest {
  const path = `/api/functions/${encodeURIComponent(guest?.functionName ?? "function")}`
  return {
    method: "POST",
    url: `${guest?.url || "http://localhost"}${path}`,
    path,
    headers: [["content-type", "application/json"]],
    params: {},
    query: {},
    ip: "",
  }
}

/** True for methods whose requests have no body; their query is the input. */
export function isBodiless(method: string): boolean {
  return method === "GET" || method === "HEAD"
}
