import type { FastifyInstance } from "fastify"

import { alyxError } from "../../../errors.ts"
import { nearestWord } from "../../../lib/nearest-word.ts"
import { parseDuration } from "../../../lib/units.ts"
import type { CreatedKeyResponse, CreateKeyRequest, KeysResponse } from "../../../protocol/auth-api.ts"
import { ruleOperations } from "../../../schema/schema.ts"
import type { RuleOperation, Schema } from "../../../schema/schema.ts"
import { comparedFields } from "../../../rules/compared-fields.ts"
import { adminRole } from "../../auth/accounts.ts"
import { createKey, listKeys, revokeKey } from "../../auth/keys/api-keys.ts"
import type { NewKey } from "../../auth/keys/api-keys.ts"
import { requireMembers } from "../body-members.ts"
import type { MemberCheck } from "../body-members.ts"
import type { HttpParts } from "../parts.ts"
import { addResource } from "../resource.ts"
import { isRoleName, roleRule } from "../../auth/role-name.ts"

/** Serves API keys: `/api/admin/keys` and `/api/admin/keys/:id`. Registered under the check of admins. */
export function adminKeyRoutes(app: FastifyInstance, { auth, schemas }: Pick<HttpParts, "auth" | "schemas">): void {
  addResource(app, "/api/admin/keys", {
    GET: (_request, reply) => void reply.send({ keys: listKeys(auth) } satisfies KeysResponse),
    async POST(request, reply) {
      const wanted = readCreateKey(request.body)
      requireCollections(wanted, schemas.current)
      const notices = unnamedRole(wanted, schemas.current)
      const made: CreatedKeyResponse = { ...(await createKey(auth, wanted)), notices }
      return reply.code(201).header("location", `/api/admin/keys/${made.key.id}`).send(made)
    },
  })
  addResource(app, "/api/admin/keys/:id", {
    async DELETE(request, reply) {
      await revokeKey(auth, (request.params as { readonly id: string }).id)
      return reply.code(204).send()
    },
  })
}

const nameLengthMax = 100
const listCountMax = 200
const lifetimeMsMin = 60_000
const lifetimeMsMax = 3_650 * 86_400_000

/** What a key may be named: words that fit into a table and a command line, and never begin like a flag. */
const keyName = /^[\p{L}\p{N}_][\p{L}\p{N} ._:@/-]*$/u

const nameCheck: MemberCheck = (value) =>
  typeof value === "string" && value.length <= nameLengthMax && keyName.test(value) && value.trim() === value
    ? null
    : `must be a name of at most ${nameLengthMax} letters, digits, spaces and . _ : @ / -`

const expiresCheck: MemberCheck = (value) => {
  const lifetimeMs = typeof value === "string" ? parseDuration(value) : null
  return lifetimeMs !== null && lifetimeMs >= lifetimeMsMin && lifetimeMs <= lifetimeMsMax
    ? null
    : "must be a duration from 1m to 3650d, such as 90d"
}

const namesCheck: MemberCheck = (value) =>
  isNameList(value) ? null : `must be a list of 1 to ${listCountMax} names, each once`

const operationsCheck: MemberCheck = (value) =>
  isNameList(value) && value.every((name) => (ruleOperations as readonly string[]).includes(name))
    ? null
    : `must be a list of ${ruleOperations.join(", ")}, each once`

function isNameList(value: unknown): value is readonly string[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > listCountMax) return false
  return new Set(value).size === value.length && value.every((name) => typeof name === "string" && name.length <= 63)
}

function readCreateKey(body: unknown): NewKey {
  const members = requireMembers(
    body,
    {
      name: { check: nameCheck, required: true },
      role: { check: (value) => (isRoleName(value) ? null : `must be ${roleRule}`), required: true },
      expires: { check: expiresCheck },
      collections: { check: namesCheck },
      operations: { check: operationsCheck },
    },
    'Send, for example, {"name":"ci","role":"editor","expires":"90d"}.',
  ) as unknown as CreateKeyRequest
  return {
    name: members.name,
    role: members.role,
    lifetimeMs: members.expires === undefined ? null : parseDuration(members.expires),
    collections: members.collections ?? null,
    operations: (members.operations as readonly RuleOperation[] | undefined) ?? null,
  }
}

/** A key for a collection that is not there could do nothing, and its name would be taken. */
function requireCollections({ collections }: NewKey, { collections: known }: Schema): void {
  const problems = (collections ?? [])
    .filter((name) => !known.has(name))
    .map((name) => {
      const near = nearestWord(name, [...known.keys()])
      const advice = near === undefined ? "" : ` Did you mean ${near}?`
      return { code: "UNKNOWN_COLLECTION", message: `The schema has no collection ${name}.${advice}` }
    })
  if (problems.length === 0) return
  throw alyxError("VALIDATION_ERROR", {
    message:
      problems.length === 1
        ? problems[0]!.message
        : `The schema has none of ${problems.length} collections that were named; the first: ${problems[0]!.message}`,
    next: "Add the collection to schema.yaml first, or name another one.",
    details: { fields: { collections: problems } },
  })
}

/** A key may have any role; one that no rule names does only what rules let everybody do who is signed in. */
function unnamedRole({ role }: NewKey, { collections }: Schema): readonly string[] {
  if (role === adminRole) return []
  const isNamed = [...collections.values()].some((collection) => comparedFields(collection).roles.includes(role))
  if (isNamed) return []
  return [
    `No rule names the role ${role}, and a key owns no documents: write it where the key is to pass, such as "auth.role == '${role}' || …".`,
  ]
}
