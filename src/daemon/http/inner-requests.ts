import { AsyncLocalStorage } from "node:async_hooks"

import type { FastifyInstance } from "fastify"

import { alyxError } from "../../errors.ts"
import type { InProcessAnswer, InProcessCaller, InProcessRequest } from "../host/host-parts.ts"

/**
 * Answers requests of functions by the same router, without a socket. Who asks is told beside the request, by the context in
 * which it runs: nothing that a function could write into one says so.
 */
export class InProcess {
  readonly #from = new AsyncLocalStorage<InProcessCaller>()

  /** The call whose request the hooks of the router run for now; undefined where it came through a socket. */
  current(): InProcessCaller | undefined {
    return this.#from.getStore()
  }

  /** Resolves with the whole answer, whatever its status; rejects with ABORTED when the signal aborts before it. */
  async answer(app: FastifyInstance, request: InProcessRequest, from: InProcessCaller): Promise<InProcessAnswer> {
    const { signal } = request
    if (signal.aborted) throw alyxError("ABORTED")
    const asked = {
      method: request.method as "GET",
      url: request.url,
      // What a function asks for belongs to the request that called it.
      headers: { "x-request-id": from.invocation.requestId, ...headersOf(request.headers) },
      payload: Buffer.from(request.body),
      signal,
    }
    // It begins when it is awaited, which has to be in there.
    const injected = this.#from.run(from, async () => await app.inject(asked))
    const answer = await injected.catch((error: unknown) => {
      throw signal.aborted ? alyxError("ABORTED", { cause: error }) : error
    })
    return { status: answer.statusCode, headers: pairsOf(answer.headers), body: answer.rawPayload }
  }
}

/** One value each, several as a list; the lengths are those of the body that is there. */
function headersOf(pairs: InProcessRequest["headers"]): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = Object.create(null) as Record<string, string | string[]>
  for (const [name, value] of pairs) {
    const key = name.toLowerCase()
    if (key === "content-length" || key === "transfer-encoding") continue
    const before = headers[key]
    headers[key] = before === undefined ? value : [before, value].flat()
  }
  // What is answered in process is not worth compressing.
  headers["accept-encoding"] = "identity"
  return headers
}

function pairsOf(headers: Readonly<Record<string, unknown>>): readonly (readonly [string, string])[] {
  return Object.entries(headers).flatMap(([name, value]) => {
    if (value === undefined || name === "connection" || name === "transfer-encoding") return []
    const values: unknown[] = Array.isArray(value) ? value : [value]
    return values.map((one) => [name, String(one)] as const)
  })
}
