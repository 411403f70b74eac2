import type { FastifyInstance } from "fastify"

import type { HttpParts } from "../parts.ts"
import { answerWithProgress } from "../progress-answer.ts"
import { addResource } from "../resource.ts"

/** Serves `GET /api/admin/db/check`, for `alyx doctor`. */
export function checkRoute(app: FastifyInstance, { admin }: Pick<HttpParts, "admin">): void {
  addResource(app, "/api/admin/db/check", {
    GET: (request, reply) =>
      answerWithProgress(request, reply, (onProgress) => {
        onProgress({ message: "Reading the whole database" })
        return admin.checkDatabase()
      }),
  })
}
