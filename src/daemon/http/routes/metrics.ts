import type { FastifyInstance } from "fastify"

import type { Compression } from "../compression.ts"
import { type HttpMetrics, metricsContentType } from "../metrics.ts"
import type { InsiderParts } from "../insiders.ts"
import { requireInsider } from "../insiders.ts"
import { addResource, type ResourceHandlers } from "../resource.ts"

/** What the figures are made of, and who may see them. */
export interface MetricsParts extends InsiderParts {
  readonly metrics: HttpMetrics
}

/** Serves `/metrics` in the text format of Prometheus. */
export function metricsRoute(app: FastifyInstance, parts: MetricsParts, compression: Compression): void {
  const { metrics } = parts
  const handlers: ResourceHandlers = {
    GET: async (request, reply) => {
      const text = await metrics.text()
      compression.send(request, reply.header("content-type", metricsContentType), text)
      return reply
    },
  }
  addResource(app, "/metrics", handlers, requireInsider(parts, { takesMetricsToken: true }))
}
