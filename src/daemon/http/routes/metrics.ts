import type { FastifyInstance } from "fastify"

import type { Compression } from "../compression.ts"
import { type HttpMetrics, metricsContentType } from "../metrics.ts"
import { addResource } from "../resource.ts"

/** Serves `/metrics` in the text format of Prometheus. */
export function metricsRoute(app: FastifyInstance, metrics: HttpMetrics, compression: Compression): void {
  addResource(app, "/metrics", {
    GET: async (request, reply) => {
      const text = await metrics.text()
      compression.send(request, reply.header("content-type", metricsContentType), text)
      return reply
    },
  })
}
