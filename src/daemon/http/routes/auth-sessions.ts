import type { FastifyInstance } from "fastify"

import type { SessionsResponse } from "../../../protocol/auth-api.ts"
import type { AuthParts } from "../../auth/auth.ts"
import { endOtherSessions, endSession, listSessions } from "../../auth/sessions.ts"
import { addResource } from "../resource.ts"

/** Serves `/api/auth/sessions`: where the account of who asks is signed in, and the end of that. */
export function authSessionRoutes(app: FastifyInstance, auth: AuthParts): void {
  addResource(app, "/api/auth/sessions", {
    GET({ caller }, reply) {
      reply.send({ sessions: listSessions(auth, { caller }) } satisfies SessionsResponse)
    },
    async DELETE({ caller }, reply) {
      await endOtherSessions(auth, { caller })
      return reply.code(204).send()
    },
  })
  addResource(app, "/api/auth/sessions/:id", {
    async DELETE({ caller, params }, reply) {
      await endSession(auth, { caller, id: (params as { readonly id: string }).id })
      return reply.code(204).send()
    },
  })
}
