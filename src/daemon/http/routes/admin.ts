import type { FastifyInstance } from "fastify"

import type { ShutdownResponse } from "../../../protocol/admin-api.ts"
import { readLogQuery } from "../log-streams.ts"
import { notFound } from "../not-found.ts"
import { parseQueryString } from "../query-string.ts"
import { addResource } from "../resource.ts"
import type { RouterParts } from "../router.ts"
import { checkRoute } from "./admin-check.ts"
import { adminDataRoutes } from "./admin-data.ts"
import { adminMigrationRoutes } from "./admin-migrations.ts"
import { adminRequestRoutes } from "./admin-requests.ts"
import { adminSeedRoutes } from "./admin-seed.ts"

/**
 * Serves the control API, `/api/admin/*`, to the owner. To everybody else these paths are like any that do not exist,
 * down to the words of the answer.
 */
export function adminRoutes(root: FastifyInstance, parts: RouterParts): void {
  const { admin, logs, captures } = parts
  void root.register((app, _options, done) => {
    app.addHook("onRequest", (request, _reply, next) =>
      request.caller.owner ? next() : next(notFound(request.raw, parts)),
    )

    addResource(app, "/api/admin/stats", { GET: () => admin.stats() })
    addResource(app, "/api/admin/logs", {
      GET: (request, reply) => {
        const lastEventId = request.headers["last-event-id"]
        logs.open(request, reply, readLogQuery(parseQueryString(request.query as string), lastEventId))
      },
    })
    checkRoute(app, parts)
    adminMigrationRoutes(app, parts)
    adminRequestRoutes(app, captures)
    adminSeedRoutes(app, parts.seedAndFake)
    adminDataRoutes(app, parts.data)
    addResource(app, "/api/admin/shutdown", {
      POST: (_request, reply) => {
        reply.raw.once("close", () => admin.shutdown())
        reply.code(202).send({ pid: process.pid } satisfies ShutdownResponse)
      },
    })
    done()
  })
}
