import type { FastifyRequest } from "fastify"

import type { RuleOperation, Schema } from "../../../schema/schema.ts"

const operations: Readonly<Record<string, RuleOperation>> = {
  GET: "read",
  HEAD: "read",
  POST: "create",
  PATCH: "update",
  DELETE: "delete",
}

/** The rule that decides a request on documents, in words; null for other requests. */
export function decidingRule(
  schema: Schema,
  { method, params, caller, routeOptions }: Pick<FastifyRequest, "method" | "params" | "caller" | "routeOptions">,
): string | null {
  if (!routeOptions.url?.startsWith("/api/collections/:name")) return null
  const collection = schema.collections.get((params as { readonly name: string }).name)
  const operation = operations[method]
  if (collection === undefined || operation === undefined) return null
  const rule = collection.rules[operation]
  const text = rule === null ? `${collection.name} has no ${operation} rule` : `${operation}: ${rule.expression}`
  if (caller.isAdmin) return `${text} (admins pass every rule)`
  return rule === null ? `${text}, so nobody but admins passes` : text
}
