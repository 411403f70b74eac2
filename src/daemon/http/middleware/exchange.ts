import type { ServerResponse } from "node:http"

import type { Socket } from "node:net"

import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from "fastify"

import type { ErrorCode } from "../../../errors.ts"
import type { Caller } from "../../caller.ts"
import type { Invocation } from "../../functions/invocation.ts"
import type { CapturedRequests } from "../capture/captured-requests.ts"
import { hideInUrl } from "../capture/hidden-values.ts"
import type { HttpMetrics } from "../metrics.ts"
import type { HttpParts } from "../parts.ts"

declare module "fastify" {
  interface FastifyInstance {
    /** Writes a bug, with its stack, to the log. */
    reportBug(requestId: string, error: unknown): void
  }
  interface FastifyRequest {
    caller: Caller
    /** The call that asks, where its token came along or it asked without a socket; null for everybody else. */
    invocation: Invocation | null
    /** By performance.now(). */
    startedAtMs: number
    /** The code of the error that was answered; null when all went well. */
    answeredCode: ErrorCode | null
    /** True for answers that go on until somebody leaves; their duration says nothing. */
    isStream: boolean
  }
}

/** No HTTP status: what logs (as nginx's) say of a request whose client left before an answer began. */
const clientLeftStatus = 499

/** How many characters of a URL a log keeps. */
const loggedUrlLengthMax = 2_000

/** What was asked of the API so far, without what the owner asks over the local socket: for /health/stats and `alyx status`. */
export interface RequestCounts {
  readonly total: number
  /** Answered with 500 or above. */
  readonly failed: number
  readonly inFlight: number
}

/** Follows every request from its first byte to the end of its answer: counts it, measures it, logs it. */
export class Exchanges {
  readonly #parts: HttpParts
  readonly #metrics: HttpMetrics
  readonly #ownerSockets: WeakSet<Socket>
  readonly #captures: CapturedRequests | null
  #total = 0
  #failed = 0
  #inFlight = 0
  #ownerInFlight = 0

  constructor(
    parts: HttpParts,
    own: {
      readonly metrics: HttpMetrics
      readonly ownerSockets: WeakSet<Socket>
      /** In dev: keeps every request of the API in full. */
      readonly captures: CapturedRequests | null
    },
  ) {
    this.#parts = parts
    this.#metrics = own.metrics
    this.#ownerSockets = own.ownerSockets
    this.#captures = own.captures
  }

  counts(): RequestCounts {
    return { total: this.#total, failed: this.#failed, inFlight: this.#inFlight - this.#ownerInFlight }
  }

  get inFlight(): number {
    return this.#inFlight
  }

  /** The first hook of every request. The end is the response's `close`, which comes also when the client left early. */
  readonly begin = (request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void => {
    request.startedAtMs = performance.now()
    const isOwner = this.#ownerSockets.has(request.raw.socket)
    this.#inFlight += 1
    if (isOwner) this.#ownerInFlight += 1
    else this.#total += 1
    reply.raw.on("close", () => {
      this.#inFlight -= 1
      if (isOwner) this.#ownerInFlight -= 1
      else if (statusOf(reply.raw) >= 500) this.#failed += 1
      this.#end(request, reply)
    })
    reply.header("x-request-id", request.id)
    reply.header("x-content-type-options", "nosniff")
    done()
  }

  #end(request: FastifyRequest, reply: FastifyReply): void {
    const status = statusOf(reply.raw)
    if (request.isStream) return
    const durationMs = performance.now() - request.startedAtMs
    const { method } = request.raw
    // A person wrote it, and what reads the figures must be able to.
    const route = request.functionRoute?.path.replaceAll(/["\\\n]/g, "_") ?? request.routeOptions.url ?? "none"
    this.#metrics.observeRequest(method ?? "", route, status, durationMs)

    const { activity, config, mode } = this.#parts
    const { slowRequestMs } = config().server
    const slow = durationMs >= slowRequestMs
    if (!slow && status < 500 && mode !== "dev" && !activity.followed) return
    const entry = {
      method: method ?? "",
      url: hideInUrl(request.raw.url ?? "").slice(0, loggedUrlLengthMax),
      status,
      durationMs: Math.round(durationMs * 1_000) / 1_000,
      requestId: request.id,
      ...(request.answeredCode === null ? {} : { code: request.answeredCode }),
    }
    // The owner's own questions (a dashboard asks every second), and the files of a page, would drown what is asked of the API.
    const isAside = request.caller.owner || request.routeOptions.url?.startsWith("/docs/") === true
    if (!isAside || status >= 500) {
      const told = activity.request(entry)
      this.#captures?.keep(told, request, reply)
    }
    // Of a bug the log has a line already, with its stack.
    if (entry.code === "INTERNAL") return
    const { lines } = this.#parts.logger
    const { address } = request.caller
    if (status >= 500) lines.error("request failed", { ...entry, address })
    // At 0 every request is asked for, and none of them is a warning.
    else if (slow && slowRequestMs === 0) lines.info("request", { ...entry, address })
    else if (slow) lines.warn("slow request", { ...entry, address })
  }
}

/** What was answered: by us, or, before we began to, by the listener; or nothing, since the client left. */
function statusOf(response: ServerResponse): number {
  return response.headersSent || response.statusCode !== 200 ? response.statusCode : clientLeftStatus
}
