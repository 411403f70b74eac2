import type { FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod } from "fastify"

import { alyxError } from "../../errors.ts"

/** What a path answers, by method. HEAD comes with GET. */
export type ResourceHandlers = Partial<Record<"GET" | "POST" | "PATCH" | "DELETE", RouteHandlerMethod>>

/** Registers a path with all its methods: those it has, OPTIONS, and 405 with Allow for the others. */
export function addResource(app: FastifyInstance, url: string, handlers: ResourceHandlers): void {
  const own = Object.entries(handlers)
  for (const [method, handler] of own) app.route({ method, url, handler })

  const served = own.flatMap(([method]) => (method === "GET" ? ["GET", "HEAD"] : [method]))
  const allow = [...served, "OPTIONS"].join(", ")
  app.route({
    method: "OPTIONS",
    url,
    handler: (_request: FastifyRequest, reply: FastifyReply) => void reply.header("allow", allow).code(204).send(),
  })
  app.route({
    method: app.supportedMethods.filter((method) => !served.includes(method) && method !== "OPTIONS"),
    url,
    // In a hook, so that the body is not read, and cannot be wrong, first.
    onRequest: (request, reply, done) => {
      reply.header("allow", allow)
      done(methodNotAllowed(request.raw.method ?? "", allow))
    },
    handler: () => undefined,
  })
}

function methodNotAllowed(method: string, allow: string): Error {
  return alyxError("METHOD_NOT_ALLOWED", { message: `${method} is not allowed here.`, next: `Allowed are ${allow}.` })
}
