import { type IncomingMessage, METHODS, type ServerResponse } from "node:http"
import type { Socket } from "node:net"

import fastify, { type FastifyReply, type FastifyRequest, type onRequestHookHandler } from "fastify"

import type { AlyxError } from "../../errors.ts"
import { anonymous, bareRequest } from "../callers.ts"
import type { InProcessAnswer, InProcessCaller, InProcessRequest } from "../host/host-parts.ts"
import type { CapturedRequests } from "./capture/captured-requests.ts"
import { captureRequests } from "./capture/request-capture.ts"
import { Compression } from "./compression.ts"
import { errorBody, jsonContentType, toAnsweredError } from "./errors.ts"
import type { InProcess } from "./inner-requests.ts"
import type { InsiderParts } from "./insiders.ts"
import { CurrentRoutes } from "./current-routes.ts"
import { acceptJsonBodies, bodyReader } from "./json-body.ts"
import type { LogStreams } from "./log-streams.ts"
import type { HttpMetrics } from "./metrics.ts"
import { callerAddress, callerToken } from "./middleware/caller.ts"
import { cors } from "./middleware/cors.ts"
import type { Exchanges } from "./middleware/exchange.ts"
import { hostCheck } from "./middleware/host.ts"
import { requestLimits, untakenBytesMax } from "./middleware/limits.ts"
import { RequestRates } from "./middleware/request-rates.ts"
import type { RequestIds } from "./middleware/request-id.ts"
import { startingCheck } from "./middleware/starting.ts"
import { notFound } from "./not-found.ts"
import type { HttpParts } from "./parts.ts"
import { adminRoutes } from "./routes/admin.ts"
import { authLinkRoutes } from "./routes/auth-links.ts"
import { authOAuthRoutes } from "./routes/auth-oauth.ts"
import { authRoutes } from "./routes/auth.ts"
import { docsPageRoutes } from "./routes/docs-page.ts"
import { answerMethods, functionRoutes } from "./routes/functions.ts"
import { firstAdminRoute } from "./routes/first-admin.ts"
import { healthRoutes } from "./routes/health.ts"
import { internalDatabaseRoutes } from "./routes/internal-db.ts"
import { metricsRoute } from "./routes/metrics.ts"
import { openApiRoutes } from "./routes/openapi.ts"
import { recordRoutes } from "./routes/records.ts"
import { realtimeRoute } from "./routes/realtime.ts"
import { UntakenAnswers } from "./untaken-answers.ts"

/** What the router shares with the listeners around it. */
export interface RouterParts extends HttpParts {
  readonly address: InsiderParts["address"]
  readonly requestIds: RequestIds
  readonly exchanges: Exchanges
  readonly metrics: HttpMetrics
  readonly logs: LogStreams
  /** In dev: the last requests; null elsewhere. */
  readonly captures: CapturedRequests | null
  /** The connections that came through the local socket. */
  readonly ownerSockets: WeakSet<Socket>
  /** The requests that ask to become a WebSocket, with what came behind them. */
  readonly upgrades: WeakMap<IncomingMessage, Buffer>
  readonly isClosing: () => boolean
  readonly inProcess: InProcess
}

/** The part of Fastify that the listeners use. */
export interface Router {
  /** Requests may be handled once it resolves. */
  ready(): Promise<void>
  handle(request: IncomingMessage, response: ServerResponse): void
  /** Answers a request of a function. */
  answer(request: InProcessRequest, from: InProcessCaller): Promise<InProcessAnswer>
  /** Every path that is served, as it was registered. */
  readonly paths: readonly string[]
  close(): Promise<void>
}

/** Puts hooks and routes together, in the order in which a request meets them. It opens no address of its own. */
export function createRouter(parts: RouterParts): Router {
  const { config, exchanges, mode, inProcess } = parts
  const app = fastify({
    logger: false,
    genReqId: (request) => parts.requestIds.of(request),
    routerOptions: {
      ignoreTrailingSlash: true,
      // The URL limit is the limit.
      maxParamLength: 1_000_000,
      // Parameters repeat and their order counts, so the routes read the text themselves.
      querystringParser: (text) => text as unknown as Record<string, unknown>,
    },
    frameworkErrors: (error, request, reply) => {
      request.caller = { ...anonymous, owner: false, address: "", requestId: request.id, request: bareRequest("") }
      exchanges.begin(request, reply, () => answerError(parts, error, request, reply))
    },
  })
  app.decorate("reportBug", (requestId: string, error: unknown) => {
    parts.logger.error("unexpected error", { requestId, error })
  })
  app.decorateRequest("startedAtMs", 0)
  app.decorateRequest("answeredCode", null)
  app.decorateRequest("isStream", false)
  app.decorateRequest("caller")
  app.decorateRequest("invocation", null)
  app.decorateRequest("functionRoute", null)
  // Those that Fastify does not know are refused by each path with what it allows, like any other.
  for (const method of METHODS) if (!app.supportedMethods.includes(method)) app.addHttpMethod(method)
  const reader = bodyReader()
  acceptJsonBodies(app, config, reader)

  const paths: string[] = []
  app.addHook("onRoute", ({ url }) => void paths.push(url))
  app.addHook("onRequest", exchanges.begin)
  const { ownerSockets, schemas, traces } = parts
  if (traces !== null) captureRequests(app, { traces, schemas, ownerSockets })
  app.addHook("onRequest", callerAddress(parts))
  app.addHook("onRequest", hostCheck(config))
  app.addHook("onRequest", cors(config, mode))
  const untaken = new UntakenAnswers({ heldBytesMax: untakenBytesMax })
  const rates = new RequestRates(parts)
  app.addHook("onRequest", rates.byAddress)
  app.addHook("onRequest", requestLimits(config, { inFlight: () => exchanges.inFlight, untaken }))
  // After what tells browsers whose answers they may read: a page must see that its token has ended.
  app.addHook("onRequest", callerToken(parts))
  app.addHook("onRequest", rates.byKey)
  app.addHook("onRequest", startingCheck(parts.schemas))
  app.addHook("onRequest", findFunction(parts))
  app.setErrorHandler((error, request, reply) => answerError(parts, error, request, reply))

  const compression = new Compression({ isEnabled: () => config().server.compression, untaken })
  functionRoutes(app, parts, { compression, reader })
  recordRoutes(app, parts, compression)
  authRoutes(app, parts)
  authLinkRoutes(app, parts)
  firstAdminRoute(app, parts)
  authOAuthRoutes(app, parts)
  realtimeRoute(app, parts)
  healthRoutes(app, parts, { isClosing: parts.isClosing, requestCounts: () => exchanges.counts() })
  metricsRoute(app, parts, compression)
  openApiRoutes(app, parts, compression)
  docsPageRoutes(app, parts, compression)
  internalDatabaseRoutes(app, parts)
  adminRoutes(app, parts)

  return {
    ready: async () => {
      await app.ready()
    },
    handle: (request, response) => app.routing(request, response),
    answer: (request, from) => inProcess.answer(app, request, from),
    paths,
    close: () => app.close(),
  }
}

/**
 * Makes the hook that looks for a route of a function where nothing of ours is. Before the body is read: what is wrong with it
 * does not matter where nothing is served.
 */
function findFunction(parts: HttpParts): onRequestHookHandler {
  const routes = new CurrentRoutes(parts.functions)
  return (request, reply, done) => {
    if (!request.is404 && request.routeOptions.url !== "/") return done()
    const match = routes.match(request.raw.method ?? "", request.raw.url ?? "/")
    if (match === undefined) return done(request.is404 ? notFound(request.raw, parts) : undefined)
    if ("name" in match) {
      request.functionRoute = match
      return done()
    }
    // At `/` we answer what the function leaves.
    if (!request.is404) return done()
    const refusal = answerMethods(request, reply, match.allow)
    return refusal === null ? undefined : done(refusal)
  }
}

/** What RFC 6750 has clients decide by: whether to sign in, or to refresh the token that they have. */
function challengeOf({ code }: AlyxError): string {
  return code === "INVALID_TOKEN" ? 'Bearer error="invalid_token"' : "Bearer"
}

/** Answers with an error. Here, and nowhere else, a bug becomes INTERNAL, and its stack goes to the log, once. */
function answerError(parts: HttpParts, thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const error = toAnsweredError(thrown)
  request.answeredCode = error.code
  if (error.code === "INTERNAL") {
    request.server.reportBug(request.id, error.cause)
  }
  if (error.retryAfterSeconds !== undefined) reply.header("retry-after", error.retryAfterSeconds)
  if (error.status === 401) reply.header("www-authenticate", challengeOf(error))
  reply.removeHeader("etag")
  reply
    .code(error.status)
    .header("content-type", jsonContentType)
    .send(errorBody(error, request.id, new Date(parts.clock.now())))
}
