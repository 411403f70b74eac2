import type { FastifyInstance, RouteHandlerMethod } from "fastify"

import { alyxError } from "../../../errors.ts"
import type { HttpParts } from "../parts.ts"

const allow = "GET, HEAD, OPTIONS"

/** Serves `/`: what answers here, and where to go on; unless a function answers there. */
export function rootResource(app: FastifyInstance, parts: HttpParts, callFunction: RouteHandlerMethod): void {
  app.route({
    method: [...app.supportedMethods],
    url: "/",
    onRequest: (request, reply, done) => {
      const { method = "" } = request.raw
      if (request.functionRoute !== null || method === "GET" || method === "HEAD") return done()
      reply.header("allow", allow)
      if (method === "OPTIONS") {
        reply.code(204).send()
        return undefined
      }
      return done(
        alyxError("METHOD_NOT_ALLOWED", { message: `${method} is not allowed here.`, next: `Allowed are ${allow}.` }),
      )
    },
    handler(request, reply) {
      if (request.functionRoute !== null) return callFunction.call(this, request, reply)
      return reply.send(rootAnswer(parts))
    },
  })
}

function rootAnswer({ config, version, mode, schemas, live, functions }: HttpParts): object {
  const names = [...schemas.current.collections.keys()]
  const called = functions.sources.filter(({ manifest }) => manifest.isHttp).map(({ name }) => name)
  return {
    name: "alyx",
    version,
    links: {
      documents: "/api/collections/{collection}",
      batch: "/api/batch",
      register: "/api/auth/register",
      login: "/api/auth/login",
      ...(live === null ? {} : { realtime: "/api/realtime" }),
      ...(called.length === 0 ? {} : { functions: "/api/functions/{function}" }),
      health: "/health",
      metrics: "/metrics",
      ...(config().api.docs ? { docs: "/docs", openapi: "/api/openapi.json" } : {}),
    },
    // In production the names of the collections are nobody's business.
    ...(mode === "dev" ? { collections: names.map((name) => `/api/collections/${name}`) } : {}),
    ...(mode === "dev" && called.length > 0 ? { functions: called.map((name) => `/api/functions/${name}`) } : {}),
  }
}
