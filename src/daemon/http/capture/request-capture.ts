import type { Socket } from "node:net"

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"

import type { CapturedMessage, RequestDetail, RequestEntry } from "../../../protocol/admin-api.ts"
import { RequestTrace } from "../../request-trace.ts"
import type { RequestTraces } from "../../request-trace.ts"
import type { SchemaHolder } from "../../schema-holder.ts"
import { hideInJson } from "../../secrets/hide-in-json.ts"
import { isSecretName, secretNamesOf } from "../../secrets/secret-names.ts"
import type { IsSecret } from "../../secrets/secret-names.ts"
import { bodyText, captureBody, noBody } from "./captured-body.ts"
import type { CapturedBody } from "./captured-body.ts"
import { decidingRule } from "./deciding-rule.ts"
import { hideHeaders } from "./hidden-values.ts"
import { shownCaller } from "./shown-caller.ts"

declare module "fastify" {
  interface FastifyRequest {
    /** In dev: what is kept of the request for the dashboard. */
    capture?: RequestCapture
  }
}

/** SQL that is longer is shown cut off. */
const shownSqlLengthMax = 8_000

/** What of each request counts beside its texts, roughly. */
const fixedBytes = 1_000

/** What is kept of one request while it is in work, and then for who asks. Secrets are hidden when it is shown. */
export class RequestCapture {
  readonly trace = new RequestTrace()
  readonly #schemas: SchemaHolder
  #received: CapturedBody = noBody
  #answered: CapturedBody = noBody
  #uncompressed: CapturedBody | null = null

  constructor(schemas: SchemaHolder) {
    this.#schemas = schemas
  }

  /** The body that came in, whether it is valid or not. */
  receive(bytes: Uint8Array): void {
    this.#received = captureBody(bytes)
  }

  /** The body that is about to be compressed. */
  compress(body: string | Uint8Array): void {
    this.#uncompressed = captureBody(body)
  }

  /** The body that goes out. */
  answer(body: unknown, { isCompressed }: { readonly isCompressed: boolean }): void {
    this.#answered = isCompressed && this.#uncompressed !== null ? this.#uncompressed : captureBody(body)
    this.#uncompressed = null
  }

  /** Makes what is kept when the request is over. */
  end(entry: RequestEntry, request: FastifyRequest, reply: FastifyReply): KeptRequest {
    const { rawHeaders } = request.raw
    const answerHeaders = Object.entries(reply.getHeaders())
    const { trace } = this
    const received = this.#received
    const answered = this.#answered
    const rule = this.#schemas.isReady ? decidingRule(this.#schemas.current, request, entry.status) : null
    const caller = shownCaller(request)
    const isSecret = this.#schemas.isReady ? secretNamesOf(this.#schemas.current) : isSecretName
    return {
      requestId: entry.requestId,
      bytes:
        fixedBytes +
        textLength(rawHeaders) +
        keptLength(received) +
        keptLength(answered) +
        trace.statements().reduce((length, { sql }) => length + sql.length, 0),
      detail: () => ({
        entry,
        request: shownMessage(pairsOf(rawHeaders), received, isSecret),
        response: shownMessage(
          answerHeaders.flatMap(([name, value]) => valuesOf(name, value)),
          answered,
          isSecret,
        ),
        caller,
        rule,
        statements: trace
          .statements()
          .map((statement) => ({ ...statement, sql: statement.sql.slice(0, shownSqlLengthMax) })),
      }),
    }
  }
}

/** A request that is over, and what its texts weigh. */
export interface KeptRequest {
  readonly requestId: string
  readonly bytes: number
  readonly detail: () => RequestDetail
}

/** Adds what captures requests to the chain; in dev only. */
export function captureRequests(
  app: FastifyInstance,
  {
    traces,
    schemas,
    ownerSockets,
  }: { readonly traces: RequestTraces; readonly schemas: SchemaHolder; readonly ownerSockets: WeakSet<Socket> },
): void {
  app.decorateRequest("capture")
  app.addHook("onRequest", (request, _reply, done) => {
    // What the dashboard itself asks is not the API's.
    if (!ownerSockets.has(request.raw.socket)) request.capture = new RequestCapture(schemas)
    done()
  })
  // After the body was read: what runs in the turn of a socket's event belongs to no request.
  app.addHook("preHandler", (request, _reply, done) => {
    if (request.capture === undefined) done()
    else traces.run(request.capture.trace, done)
  })
  app.addHook("onSend", (request, reply, payload, done) => {
    const sent = request.method === "HEAD" ? null : payload
    request.capture?.answer(sent, { isCompressed: reply.hasHeader("content-encoding") })
    done(null, payload)
  })
}

/** A body is searched whatever its content type says of it: nothing is lost where it is no JSON. */
function shownMessage(
  headers: readonly (readonly [string, string])[],
  body: CapturedBody,
  isSecret: IsSecret,
): CapturedMessage {
  const text = bodyText(body)
  return {
    headers: hideHeaders(headers),
    body: text === null ? null : hideInJson(text, isSecret),
    bodyBytes: body.bodyBytes,
  }
}

/** Node's list: a name, its value, the next name. */
function pairsOf(rawHeaders: readonly string[]): (readonly [string, string])[] {
  const pairs: (readonly [string, string])[] = []
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    pairs.push([rawHeaders[index]!, rawHeaders[index + 1]!])
  }
  return pairs
}

function valuesOf(name: string, value: string | number | readonly string[] | undefined): (readonly [string, string])[] {
  if (value === undefined) return []
  return typeof value === "object" ? value.map((one) => [name, one] as const) : [[name, String(value)]]
}

function textLength(texts: readonly string[]): number {
  return texts.reduce((length, text) => length + text.length, 0)
}

function keptLength({ kept }: CapturedBody): number {
  return kept?.length ?? 0
}
