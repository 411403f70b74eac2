import type { CallContext } from "@extism/extism"

import type { HostFunction } from "./host-functions.ts"
import type { RunningCall } from "./running-call.ts"

/** What Extism reads of a response. */
interface ExtismResponse {
  readonly status: number
  readonly headers: readonly (readonly [string, string])[]
  arrayBuffer(): Promise<ArrayBuffer>
}

/** The request could not be sent: ends the call, as Extism's hosts do it. */
export class ExtismFetchFailed extends Error {
  override readonly name = "ExtismFetchFailed"
}

/**
 * Extism's http_request asks `fetch` of this in place of the global one: the main thread sends the request, so that a plug-in of another
 * tool reaches what its manifest allows, and Alyx itself as its caller.
 */
export class ExtismHttp {
  readonly #callOf: () => RunningCall | null
  #last: Pick<ExtismResponse, "status" | "headers"> = { status: 0, headers: [] }

  constructor(callOf: () => RunningCall | null) {
    this.#callOf = callOf
  }

  get fetch(): typeof fetch {
    return ((url: string, init: RequestInit) => this.#send(url, init)) as unknown as typeof fetch
  }

  /**
   * What tells of the last response. Extism puts its own in their place, but not for a module that imports them before http_request.
   */
  get functions(): Record<string, HostFunction> {
    return {
      http_status_code: () => this.#last.status,
      http_headers: (context: CallContext) => context.store(JSON.stringify(Object.fromEntries(this.#last.headers))),
    }
  }

  async #send(url: string, init: RequestInit): Promise<ExtismResponse> {
    const call = this.#callOf()
    if (call === null) throw new Error("http_request was called outside a call.")
    this.#last = { status: 0, headers: [] }
    const given = Object.entries((init.headers ?? {}) as Record<string, unknown>)
    const header = {
      op: "fetch",
      url,
      method: init.method ?? "GET",
      headers: given.map(([name, value]) => [name, String(value)]),
      redirect: "follow",
    }
    const body = init.body instanceof Uint8Array ? init.body : new Uint8Array()
    const fetched = await call.fetchForExtism(header, body)
    if ("error" in fetched) throw new ExtismFetchFailed(fetched.error)
    this.#last = { status: fetched.status, headers: fetched.headers }
    return { ...this.#last, arrayBuffer: () => Promise.resolve(new Uint8Array(fetched.body).buffer) }
  }
}
