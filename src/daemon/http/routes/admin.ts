import type { FastifyInstance } from "fastify"

import type { ShutdownResponse } from "../../../protocol/admin-api.ts"
import { adminCheck, requireOwner } from "../admin-access.ts"
import { endWithAccess } from "../end-with-access.ts"
import { readLogQuery } from "../log-streams.ts"
import { originCheck } from "../middleware/cors.ts"
import { parseQueryString } from "../query-string.ts"
import { addResource } from "../resource.ts"
import type { RouterParts } from "../router.ts"
import { checkRoute } from "./admin-check.ts"
import { adminDataRoutes } from "./admin-data.ts"
import { adminFunctionRoutes } from "./admin-functions.ts"
import { adminKeyRoutes } from "./admin-keys.ts"
import { adminMailRoutes } from "./admin-mails.ts"
import { adminMigrationRoutes } from "./admin-migrations.ts"
import { adminRequestRoutes } from "./admin-requests.ts"
import { adminRuleRoutes } from "./admin-rules.ts"
import { adminSecretRoutes } from "./admin-secrets.ts"
import { adminSeedRoutes } from "./admin-seed.ts"
import { adminUserRoutes } from "./admin-users.ts"

/** Serves the admin API, `/api/admin/*`: to the owner over the local socket, and to admins over TCP. */
export function adminRoutes(root: FastifyInstance, parts: RouterParts): void {
  const { admin, logs, captures, config, mode } = parts
  void root.register((app, _options, done) => {
    app.addHook("onRequest", adminCheck(originCheck(config, mode)))

    addResource(app, "/api/admin/stats", { GET: () => admin.stats() })
    addResource(app, "/api/admin/logs", {
      GET: (request, reply) => {
        const lastEventId = request.headers["last-event-id"]
        logs.open(request, reply, readLogQuery(parseQueryString(request.query as string), lastEventId))
        // On an open server everyone goes on being an admin.
        if (!config().server.insecureOpen)
          endWithAccess(request, reply, { identities: parts.identities, signals: parts.auth.signals })
      },
    })
    checkRoute(app, parts)
    adminUserRoutes(app, parts)
    adminKeyRoutes(app, parts)
    adminMailRoutes(app, parts)
    adminMigrationRoutes(app, parts)
    adminRequestRoutes(app, captures)
    adminRuleRoutes(app, parts)
    adminSeedRoutes(app, parts.seedAndFake)
    adminDataRoutes(app, parts.data)
    adminFunctionRoutes(app, parts)
    adminSecretRoutes(app, parts)
    addResource(app, "/api/admin/shutdown", {
      POST: (request, reply) => {
        // Whoever supervises the server decides when it ends, and nobody could start it again from elsewhere.
        requireOwner(request, "A daemon is stopped")
        reply.raw.once("close", () => admin.shutdown())
        reply.code(202).send({ pid: process.pid } satisfies ShutdownResponse)
      },
    })
    done()
  })
}
