import type { FastifyInstance } from "fastify"

import { alyxError } from "../../../errors.ts"
import type { AuthParts } from "../../auth/auth.ts"
import { addResource } from "../resource.ts"

/** How long others may keep the key: it changes only with the file of the keys. */
const cacheSeconds = 300

/** Serves `/.well-known/jwks.json` (RFC 7517), where tokens are signed with a key pair. */
export function jwksRoute(app: FastifyInstance, { tokens }: Pick<AuthParts, "tokens">): void {
  addResource(app, "/.well-known/jwks.json", {
    async GET(_request, reply) {
      const keys = await tokens.publicKeys()
      if (keys === null) {
        throw alyxError("NOT_FOUND", {
          message: "Tokens are signed with a secret, so there is no public key.",
          next: "Set auth.jwt.algorithm to eddsa, and others can verify tokens by themselves.",
        })
      }
      return reply.header("cache-control", `public, max-age=${cacheSeconds}`).send({ keys })
    },
  })
}
