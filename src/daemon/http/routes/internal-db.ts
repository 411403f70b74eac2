import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"

import { alyxError } from "../../../errors.ts"
import { isJsonObject } from "../../../lib/json-object.ts"
import type { HostAnswer, HostOperation } from "../../functions/host-api.ts"
import { readHostOperation } from "../../functions/host-operation.ts"
import { callTokenPrefix } from "../../functions/invocation.ts"
import type { Invocation } from "../../functions/invocation.ts"
import { jsonContentType } from "../errors.ts"
import type { HttpParts } from "../parts.ts"
import { addResource } from "../resource.ts"

/** What reads, and what may stand in a query; the others are for `exec`. */
const reading: ReadonlySet<unknown> = new Set(["get", "list", "first", "count"])

/** Members of a body, by what it asks for. */
const members = {
  database: ["collection", "operation", "key", "data", "filter", "options", "ifMatch", "asAdmin", "tx", "expressions"],
  sql: ["sql", "params", "tx"],
  transaction: ["step", "timeoutMs"],
} as const

/**
 * Serves `/internal/v1/db/query`, `exec` and `tx`: what `ctx.db` does, for plug-ins of other languages. Only a running call
 * gets in, by its token, and acts as its caller: the same operations as over the host functions.
 */
export function internalDatabaseRoutes(app: FastifyInstance, { functions }: Pick<HttpParts, "functions">): void {
  const serve = (url: string, read: (body: Readonly<Record<string, unknown>>) => HostOperation): void => {
    addResource(app, url, {
      async POST(request, reply) {
        const invocation = requireCall(request)
        const operation = read(bodyOf(request))
        return send(reply, operation, await functions.hostCall(invocation, operation))
      },
    })
  }
  serve("/internal/v1/db/query", (body) => ("sql" in body ? readSql(body, "query") : readDatabase(body, "query")))
  serve("/internal/v1/db/exec", (body) => ("sql" in body ? readSql(body, "exec") : readDatabase(body, "exec")))
  serve("/internal/v1/db/tx", (body) => {
    requireMembers(body, members.transaction, 'Send {"step":"begin"}, "commit" or "rollback".')
    return readHostOperation({ op: "transaction", ...body })
  })
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

function bodyOf({ body }: FastifyRequest): Readonly<Record<string, unknown>> {
  if (isJsonObject(body)) return body
  throw alyxError("VALIDATION_ERROR", {
    message: "The body must be a JSON object.",
    next: databaseExample,
  })
}

function readDatabase(body: Readonly<Record<string, unknown>>, mode: "query" | "exec"): HostOperation {
  requireMembers(body, members.database, databaseExample)
  const { operation, expressions, ...rest } = body
  if (expressions !== true) refuseExpressions(body["data"])
  if (reading.has(operation) === (mode === "query")) return readHostOperation({ op: "db", action: operation, ...rest })
  const words = mode === "query" ? "get, list, first and count" : "create, update, delete, updateMany and deleteMany"
  throw alyxError("VALIDATION_ERROR", {
    message: `/internal/v1/db/${mode} does ${words}.`,
    next: databaseExample,
  })
}

/** Documents that somebody else sent, and that are passed on, must never become expressions: those who mean them say so. */
function refuseExpressions(data: unknown): void {
  if (!isJsonObject(data)) return
  const name = Object.keys(data).find((each) => isJsonObject(data[each]) && Object.hasOwn(data[each], "$raw"))
  if (name === undefined) return
  throw alyxError("VALIDATION_ERROR", {
    message: `The value of "${name.slice(0, 100)}" is an object with the member $raw, an expression.`,
    next: 'If it is meant as one, send "expressions": true beside "data".',
  })
}

function readSql(body: Readonly<Record<string, unknown>>, mode: "query" | "exec"): HostOperation {
  requireMembers(body, members.sql, 'Send {"sql":"SELECT 1 WHERE 1 = ?","params":[1]}.')
  const { params = [] } = body
  if (!Array.isArray(params)) throw alyxError("VALIDATION_ERROR", { message: `"params" must be a list of values.` })
  return readHostOperation({ op: "sql", mode, ...body, params })
}

const databaseExample = 'Send {"collection":"posts","operation":"list","options":{"limit":10}}.'

function requireMembers(body: Readonly<Record<string, unknown>>, known: readonly string[], next: string): void {
  const name = Object.keys(body).find((each) => !known.includes(each))
  if (name === undefined) return
  throw alyxError("VALIDATION_ERROR", {
    message: `There is no member "${name.slice(0, 100)}" here; there are: ${known.join(", ")}.`,
    next,
  })
}

/** Documents and pages go out as the text that they are; every answer is an object, but rows are a list. */
function send(reply: FastifyReply, operation: HostOperation, { body, value }: HostAnswer): FastifyReply {
  reply.header("content-type", jsonContentType)
  if (body !== undefined) return reply.send(Buffer.from(body.buffer, body.byteOffset, body.byteLength))
  const isCount = operation.op === "db" && operation.action === "count"
  return reply.send(isCount ? { count: value } : (value ?? {}))
}
