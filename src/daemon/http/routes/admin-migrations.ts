import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"

import type { MigrateRequest } from "../../../protocol/migrations-api.ts"
import type { OnProgress } from "../../../protocol/progress.ts"
import type { MigrationService } from "../../served/migration-service.ts"
import { readMigrateRequest, readSchemaRequest } from "../migrate-body.ts"
import { answerWithProgress } from "../progress-answer.ts"
import type { ResourceHandlers } from "../resource.ts"
import { addResource } from "../resource.ts"

/**
 * Serves the migrations to the owner: `/api/admin/migrations`, `/api/admin/migrate`, and what is asked of
 * `/api/admin/schema` by POST, beside what that path has already. Registered under the check of the owner.
 */
export function adminMigrationRoutes(
  app: FastifyInstance,
  migrations: MigrationService,
  schemaHandlers: ResourceHandlers,
): void {
  addResource(app, "/api/admin/migrations", {
    async GET(_request, reply) {
      reply.send(await migrations.status())
      return reply
    },
  })
  addResource(app, "/api/admin/migrate", {
    async POST(request, reply) {
      await answerMigrate(migrations, { request, reply })
      return reply
    },
  })
  addResource(app, "/api/admin/schema", {
    ...schemaHandlers,
    async POST(request, reply) {
      const asked = readSchemaRequest(request.body)
      if (asked.apply === undefined) reply.send(await migrations.planFor(asked))
      else await answerWithProgress(request, reply, (onProgress) => migrations.applyFor(asked, { onProgress }))
      return reply
    },
  })
}

interface Exchange {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

/** Those that change something say how far they are. */
function answerMigrate(migrations: MigrationService, { request, reply }: Exchange): Promise<void> {
  const asked = readMigrateRequest(request.body)
  const work = workOf(migrations, asked)
  return answerWithProgress(request, reply, work)
}

function workOf(migrations: MigrationService, asked: MigrateRequest): (onProgress: OnProgress) => Promise<object> {
  switch (asked.action) {
    case "plan":
      return () => migrations.plan()
    case "apply":
      return (onProgress) => migrations.apply({ ...(asked.hash === undefined ? {} : { hash: asked.hash }), onProgress })
    case "rollback": {
      const { count = 1, dryRun = false } = asked
      return (onProgress) => (dryRun ? migrations.rollbackPlan({ count }) : migrations.rollback({ count, onProgress }))
    }
  }
}
