import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"

import { alyxError } from "../../../errors.ts"
import type { HostAnswer, HostOperation } from "../../functions/host-api.ts"
import { callTokenPrefix } from "../../functions/invocation.ts"
import type { Invocation } from "../../functions/invocation.ts"
import { jsonContentType } from "../errors.ts"
import { readDatabaseBody, readTransactionBody } from "../internal-database-body.ts"
import type { HttpParts } from "../parts.ts"
import { addResource } from "../resource.ts"

/**
 * Serves `/internal/v1/db/query`, `exec` and `tx`: what `ctx.db` does, for plug-ins of other languages. Only a running call
 * gets in, by its token, and acts as its caller: the same operations as over the host functions.
 */
export function internalDatabaseRoutes(app: FastifyInstance, { functions }: Pick<HttpParts, "functions">): void {
  const serve = (url: string, read: (body: unknown) => HostOperation): void => {
    addResource(app, url, {
      async POST(request, reply) {
        const invocation = requireCall(request)
        const operation = read(request.body)
        return send(reply, operation, await functions.hostCall(invocation, operation))
      },
    })
  }
  serve("/internal/v1/db/query", (body) => readDatabaseBody(body, "query"))
  serve("/internal/v1/db/exec", (body) => readDatabaseBody(body, "exec"))
  serve("/internal/v1/db/tx", readTransactionBody)
}

/** The token of the call itself: nobody else's says which call it is. */
function requireCall({ invocation, raw }: FastifyRequest): Invocation {
  const { authorization } = raw.headers
  const isOwn = authorization === undefined || authorization.includes(callTokenPrefix)
  if (invocation !== null && isOwn) return invocation
  throw alyxError("UNAUTHENTICATED", {
    message: "Only a running function gets in here.",
    next: "Send the token of the call: Authorization: Bearer <ctx.token, or ALYX_TOKEN of a plug-in's config>.",
  })
}

/** Documents and pages go out as the text that they are; every answer is an object, but rows are a list. */
function send(reply: FastifyReply, operation: HostOperation, { body, value }: HostAnswer): FastifyReply {
  reply.header("content-type", jsonContentType)
  if (body !== undefined) return reply.send(Buffer.from(body.buffer, body.byteOffset, body.byteLength))
  const isCount = operation.op === "db" && operation.action === "count"
  return reply.send(isCount ? { count: value } : (value ?? {}))
}
