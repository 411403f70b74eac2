import type { FastifyInstance, FastifyRequest } from "fastify"

import { alyxError } from "../../../errors.ts"
import type { SecretsResponse } from "../../../protocol/functions-api.ts"
import { requireMembers } from "../body-members.ts"
import type { HttpParts } from "../parts.ts"
import { addResource } from "../resource.ts"

/** Serves the names of secrets, and takes their values: no answer ever holds one. Registered under the check of admins. */
export function adminSecretRoutes(
  app: FastifyInstance,
  { functions: { secrets } }: Pick<HttpParts, "functions">,
): void {
  addResource(app, "/api/admin/secrets", {
    GET: (_request, reply) => void reply.send({ secrets: secrets.list() } satisfies SecretsResponse),
  })
  addResource(app, "/api/admin/secrets/:name", {
    async PUT(request, reply) {
      const { value } = requireMembers(
        request.body,
        { value: { check: (given) => (typeof given === "string" ? null : "must be a text"), required: true } },
        'Send {"value":"…"}.',
      ) as { readonly value: string }
      await secrets.set(nameOf(request), value)
      return reply.code(204).send()
    },
    async DELETE(request, reply) {
      const name = nameOf(request)
      if (await secrets.remove(name)) return reply.code(204).send()
      throw alyxError("SECRET_NOT_FOUND", {
        message: `There is no secret ${name.slice(0, 128)}.`,
        next: "alyx secrets list shows those that are set.",
      })
    },
  })
}

function nameOf(request: FastifyRequest): string {
  return (request.params as { readonly name: string }).name
}
