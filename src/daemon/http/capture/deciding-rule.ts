import type { FastifyRequest } from "fastify"

import type { RuleOperation, Schema } from "../../../schema/schema.ts"

const operations: Readonly<Record<string, RuleOperation>> = {
  GET: "read",
  HEAD: "read",
  POST: "create",
  PATCH: "update",
  DELETE: "delete",
}

type Decided = Pick<FastifyRequest, "method" | "params" | "caller" | "routeOptions">

/** The rule that decides a request on documents, in words; null for other requests. */
export function decidingRule(schema: Schema, request: Decided, status: number): string | null {
  const { method, params, caller, routeOptions } = request
  if (!routeOptions.url?.startsWith("/api/collections/:name")) return null
  const collection = schema.collections.get((params as { readonly name: string }).name)
  const operation = operations[method]
  if (collection === undefined || operation === undefined) return null
  const rule = collection.rules[operation]
  const text = rule === null ? `${collection.name} has no ${operation} rule` : `${operation}: ${rule.expression}`
  if (caller.isAdmin) return `${text} (admins pass every rule)`
  const words = rule === null ? `${text}, so nobody but admins passes` : text
  return status === 404 ? words + whyHidden(request) : words
}

/** A document that one may not read is answered as one that is not there; its owner may want to know which it was. */
function whyHidden({ params, caller: { auth } }: Decided): string {
  const { name, id } = params as { readonly name: string; readonly id?: string }
  // Anything else does not belong into a command that is copied.
  if (id === undefined || !/^\w[\w-]*$/.test(id)) return ""
  return `; whether a rule hides it says: alyx rules explain read ${name}/${id} --as ${auth.email ?? auth.id ?? "anonymous"}`
}
