import type { FastifyInstance } from "fastify"

import { isJsonObject } from "../../../lib/json-object.ts"
import type { ExplainAccessRequest } from "../../../protocol/rules-api.ts"
import { ruleOperations } from "../../../schema/schema.ts"
import type { RuleOperation } from "../../../schema/schema.ts"
import { findIdentity } from "../../auth/find-identity.ts"
import { bareRequest } from "../../callers.ts"
import { explainAccess } from "../../records/explain-access.ts"
import { requireMembers } from "../body-members.ts"
import type { MemberCheck } from "../body-members.ts"
import type { HttpParts } from "../parts.ts"
import { addResource } from "../resource.ts"

/** Serves `/api/admin/rules/explain`. Registered under the check of admins: the answer shows values of documents. */
export function adminRuleRoutes(app: FastifyInstance, { records }: Pick<HttpParts, "records">): void {
  addResource(app, "/api/admin/rules/explain", {
    POST: (request, reply) => {
      const { operation, collection, id = null, as, data, field = null } = readExplainRequest(request.body)
      const identity = findIdentity(records.database, as)
      const { address } = request.caller
      const ruleRequest = { ...bareRequest(address), method: methods[operation], body: data ?? null }
      const caller = { ...identity, owner: false, address, requestId: request.id, request: ruleRequest }
      reply.send(explainAccess(records, { operation, collection, id, data, field, caller }))
    },
  })
}

const methods: { readonly [operation in RuleOperation]: string } = {
  create: "POST",
  read: "GET",
  update: "PATCH",
  delete: "DELETE",
}

const wordLengthMax = 1_000

const text: MemberCheck = (value) =>
  typeof value === "string" && value.length > 0 && value.length <= wordLengthMax
    ? null
    : `must be a text of 1 to ${wordLengthMax} characters`

const operation: MemberCheck = (value) =>
  (ruleOperations as readonly unknown[]).includes(value) ? null : `must be one of ${ruleOperations.join(", ")}`

const object: MemberCheck = (value) => (isJsonObject(value) ? null : "must be an object, as the body of the write")

const members = {
  operation: { check: operation, required: true },
  collection: { check: text, required: true },
  as: { check: text, required: true },
  id: { check: text },
  field: { check: text },
  data: { check: object },
} as const

function readExplainRequest(body: unknown): ExplainAccessRequest {
  const example = '{"operation": "update", "collection": "posts", "id": "…", "as": "ada@example.com"}'
  return requireMembers(body, members, example) as unknown as ExplainAccessRequest
}
