import type { RunningCall } from "./running-call.ts"

/**
 * Extism's http_request asks this in place of the global fetch: the main thread sends the request, so that a plug-in of another tool
 * reaches what its manifest allows, and Alyx itself as its caller.
 */
export function extismFetch(callOf: () => RunningCall | null): typeof fetch {
  const send = async (url: string, init: RequestInit): Promise<ExtismResponse> => {
    const call = callOf()
    if (call === null) throw new Error("http_request was called outside a call.")
    const header = {
      op: "fetch",
      url,
      method: init.method ?? "GET",
      headers: Object.entries((init.headers ?? {}) as Record<string, unknown>).map(([name, value]) => [
        name,
        String(value),
      ]),
      redirect: "follow",
    }
    const body = init.body instanceof Uint8Array ? init.body : new Uint8Array()
    const fetched = await call.fetchForExtism(header, body)
    if ("error" in fetched) throw new ExtismFetchFailed(fetched.error)
    return {
      status: fetched.status,
      headers: fetched.headers,
      arrayBuffer: () => Promise.resolve(new Uint8Array(fetched.body).buffer),
    }
  }
  return send as unknown as typeof fetch
}

/** The request could not be sent: ends the call, as Extism's hosts do it. */
export class ExtismFetchFailed extends Error {
  override readonly name = "ExtismFetchFailed"
}

/** What Extism reads of a response. */
interface ExtismResponse {
  readonly status: number
  readonly headers: readonly (readonly [string, string])[]
  arrayBuffer(): Promise<ArrayBuffer>
}
