import type { FastifyInstance } from "fastify"

import { alyxError } from "../../../errors.ts"
import { sqlQuery } from "../../storage/database.ts"
import type { RequestCounts } from "../middleware/exchange.ts"
import { requireInsider } from "../insiders.ts"
import type { InsiderParts } from "../insiders.ts"
import type { HttpParts } from "../parts.ts"
import { addResource, type ResourceHandlers } from "../resource.ts"

/** What the health routes look at besides the parts. */
export interface HealthSources {
  readonly isClosing: () => boolean
  readonly requestCounts: () => RequestCounts
}

const probe = sqlQuery("select 1")

/**
 * Serves what load balancers and people ask: `/health/live` (the process answers), `/health/ready` (requests would
 * succeed), `/health` (both, in words) and `/health/stats` (figures; no names and no paths).
 */
export function healthRoutes(app: FastifyInstance, parts: HttpParts & InsiderParts, sources: HealthSources): void {
  const { records, schemas, version } = parts
  const requireReady = () => {
    if (sources.isClosing()) throw alyxError("SHUTTING_DOWN")
    const fault = records.database.fault()
    if (fault !== undefined) throw fault
    records.database.read((reader) => reader.get(probe))
  }

  addResource(app, "/health/live", { GET: (_request, reply) => void reply.send({ status: "ok" }) })
  addResource(app, "/health/ready", {
    GET: (_request, reply) => {
      requireReady()
      reply.send({ status: "ok" })
    },
  })
  addResource(app, "/health", {
    GET: (_request, reply) => {
      requireReady()
      reply.send({ status: "ok", version, uptime_seconds: uptimeSeconds(), checks: { database: "ok" } })
    },
  })
  const stats: ResourceHandlers = {
    GET: (_request, reply) => {
      const { rss, heapUsed } = process.memoryUsage()
      const database = records.database.stats()
      const requests = sources.requestCounts()
      reply.send({
        status: records.database.fault() === undefined ? "ok" : "failing",
        version,
        uptime_seconds: uptimeSeconds(),
        memory: { rss_bytes: rss, heap_used_bytes: heapUsed },
        database: {
          file_bytes: database.fileBytes,
          wal_bytes: database.walBytes,
          commits: database.commitCount,
          writes: database.writeCount,
          syncs: database.syncCount,
          waiting: database.waitingCount,
        },
        requests: { total: requests.total, failed: requests.failed, in_flight: requests.inFlight },
        collections: schemas.current.collections.size,
      })
    },
  }
  addResource(app, "/health/stats", stats, requireInsider(parts, { takesMetricsToken: true }))
}

function uptimeSeconds(): number {
  return Math.floor(process.uptime())
}
