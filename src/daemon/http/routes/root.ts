import type { FastifyInstance } from "fastify"

import type { HttpParts } from "../parts.ts"
import { addResource } from "../resource.ts"

/** Serves `/`: what answers here, and where to go on. */
export function rootRoute(app: FastifyInstance, { config, version, mode, schemas, live }: HttpParts): void {
  addResource(app, "/", {
    GET: (_request, reply) => {
      const names = [...schemas.current.collections.keys()]
      reply.send({
        name: "alyx",
        version,
        links: {
          documents: "/api/collections/{collection}",
          batch: "/api/batch",
          register: "/api/auth/register",
          login: "/api/auth/login",
          ...(live === null ? {} : { realtime: "/api/realtime" }),
          health: "/health",
          metrics: "/metrics",
          ...(config().api.docs ? { docs: "/docs", openapi: "/api/openapi.json" } : {}),
        },
        // In production the names of the collections are nobody's business.
        ...(mode === "dev" ? { collections: names.map((name) => `/api/collections/${name}`) } : {}),
      })
    },
  })
}
