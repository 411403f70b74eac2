import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestHookHandler, RouteHandlerMethod } from "fastify"

import { alyxError } from "../../errors.ts"

/** What a path answers, by method. HEAD comes with GET. */
export type ResourceHandlers = Partial<Record<"GET" | "POST" | "PUT" | "PATCH" | "DELETE", RouteHandlerMethod>>

/** Where a path is served at times only: throws what is answered when it is not, whatever the method. */
export type RequireServed = (request: FastifyRequest) => void

/** Registers a path with all its methods: those it has, OPTIONS, and 405 with Allow for the others. */
export function addResource(
  app: FastifyInstance,
  url: string,
  handlers: ResourceHandlers,
  requireServed: RequireServed = () => undefined,
): void {
  // In a hook, so that the body is not read, and cannot be wrong, first.
  const onRequest: onRequestHookHandler = (request, _reply, done) => {
    requireServed(request)
    done()
  }
  const own = Object.entries(handlers)
  for (const [method, handler] of own) app.route({ method, url, onRequest, handler })

  const served = own.flatMap(([method]) => (method === "GET" ? ["GET", "HEAD"] : [method]))
  const allow = [...served, "OPTIONS"].join(", ")
  app.route({
    method: "OPTIONS",
    url,
    onRequest,
    handler: (_request: FastifyRequest, reply: FastifyReply) => void reply.header("allow", allow).code(204).send(),
  })
  app.route({
    method: app.supportedMethods.filter((method) => !served.includes(method) && method !== "OPTIONS"),
    url,
    onRequest: (request, reply, done) => {
      requireServed(request)
      reply.header("allow", allow)
      done(methodNotAllowed(request.raw.method ?? "", allow))
    },
    handler: () => undefined,
  })
}

function methodNotAllowed(method: string, allow: string): Error {
  return alyxError("METHOD_NOT_ALLOWED", { message: `${method} is not allowed here.`, next: `Allowed are ${allow}.` })
}
