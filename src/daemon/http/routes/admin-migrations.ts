import type { FastifyInstance } from "fastify"

import type { MigrateRequest } from "../../../protocol/migrations-api.ts"
import type { OnProgress } from "../../../protocol/progress.ts"
import type { MigrationService } from "../../served/migration-service.ts"
import { readMigrateRequest, readSchemaRequest } from "../migrate-body.ts"
import type { HttpParts } from "../parts.ts"
import { answerWithProgress } from "../progress-answer.ts"
import { addResource } from "../resource.ts"

/**
 * Serves the schema and its migrations: `/api/admin/schema`, `/api/admin/migrations`, `/api/admin/migrate`. Registered
 * under the check of admins.
 */
export function adminMigrationRoutes(app: FastifyInstance, { admin, migrations }: HttpParts): void {
  addResource(app, "/api/admin/migrations", {
    async GET(_request, reply) {
      reply.send(await migrations.status())
      return reply
    },
  })
  addResource(app, "/api/admin/migrate", {
    async POST(request, reply) {
      await answerWithProgress(request, reply, workOf(migrations, readMigrateRequest(request.body)))
      return reply
    },
  })
  addResource(app, "/api/admin/schema", {
    GET: (_request, reply) => void reply.send(admin.schema()),
    async POST(request, reply) {
      const asked = readSchemaRequest(request.body)
      await answerWithProgress(request, reply, (onProgress): Promise<object> =>
        asked.apply === undefined ? migrations.planFor(asked) : migrations.applyFor(asked, { onProgress }),
      )
      return reply
    },
  })
}

/** What a request asks for; those that change something say how far they are. */
function workOf(migrations: MigrationService, asked: MigrateRequest): (onProgress: OnProgress) => Promise<object> {
  switch (asked.action) {
    case "plan":
      return () => migrations.plan()
    case "apply":
      return (onProgress) => migrations.apply({ ...(asked.hash === undefined ? {} : { hash: asked.hash }), onProgress })
    case "rollback": {
      const { count = 1, dryRun = false, hash } = asked
      if (dryRun) return () => migrations.rollbackPlan({ count })
      return (onProgress) => migrations.rollback({ count, ...(hash === undefined ? {} : { hash }), onProgress })
    }
  }
}
