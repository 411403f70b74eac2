import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"

import { alyxError } from "../../../errors.ts"
import type { BodyReader } from "../body-reader.ts"
import type { Compression } from "../compression.ts"
import { answerCall } from "../function-call.ts"
import type { RouteMatch } from "../function-routes.ts"
import { acceptRawBodies } from "../json-body.ts"
import { notFound } from "../not-found.ts"
import type { HttpParts } from "../parts.ts"
import { addResource } from "../resource.ts"
import { rootResource } from "./root.ts"

declare module "fastify" {
  interface FastifyRequest {
    /** The route of a function that the path leads to, where nothing of ours is. */
    functionRoute: Extract<RouteMatch, { name: string }> | null
  }
}

/** What calls need besides the parts of the edge. */
export interface FunctionRouteParts {
  readonly compression: Compression
  readonly reader: BodyReader
}

/**
 * Serves functions: `/api/functions/:name`, the routes of their manifests wherever nothing of ours is, and `/`, which is a
 * function's if one has it. Bodies are taken as bytes, since each function makes of them what it likes.
 */
export function functionRoutes(root: FastifyInstance, parts: HttpParts, own: FunctionRouteParts): void {
  const callParts = { ...parts, compression: own.compression }
  const callByName = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { name } = request.params as { readonly name: string }
    // In dev the daemon is ready before its functions are built.
    if (parts.functions.registry.get(name) === undefined) await parts.functions.loaded()
    const method = request.method === "HEAD" ? "GET" : request.method
    return answerCall(callParts, { name, route: null, params: {}, method }, request, reply)
  }
  const callByRoute = (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { functionRoute } = request
    // Decided before the body was read.
    if (functionRoute === null) throw notFound(request.raw, parts)
    const { name, path, params, method } = functionRoute
    return answerCall(callParts, { name, route: path, params, method }, request, reply)
  }
  void root.register((app, _options, done) => {
    acceptRawBodies(app, parts.config, own.reader)
    addResource(app, "/api/functions/:name", { GET: callByName, POST: callByName })
    rootResource(app, parts, callByRoute)
    app.setNotFoundHandler(callByRoute)
    done()
  })
}

/** What is answered at a path of a function with a method that it has not. */
export function answerMethods(request: FastifyRequest, reply: FastifyReply, allow: readonly string[]): Error | null {
  const allowed = [...new Set([...allow, "OPTIONS"])].join(", ")
  reply.header("allow", allowed)
  const { method } = request.raw
  if (method === "OPTIONS") {
    reply.code(204).send()
    return null
  }
  return alyxError("METHOD_NOT_ALLOWED", {
    message: `${method} is not allowed here.`,
    next: `Allowed are ${allowed}.`,
  })
}
