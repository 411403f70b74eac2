import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from "fastify"

import { alyxError } from "../../../errors.ts"
import type { SchemaHolder } from "../../schema-holder.ts"

/**
 * Makes the hook that refuses requests until there is a schema to serve: the addresses are opened first, so that a start
 * which cannot have them leaves the database as it was. That the process lives is answered all the same.
 */
export function startingCheck(schemas: SchemaHolder) {
  return (request: FastifyRequest, _reply: FastifyReply, done: HookHandlerDoneFunction): void => {
    const isAnswered = schemas.isReady || request.routeOptions.url === "/health/live"
    done(isAnswered ? undefined : alyxError("STARTING", { retryAfterSeconds: 1 }))
  }
}
