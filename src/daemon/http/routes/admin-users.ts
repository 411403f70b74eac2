import type { FastifyInstance, FastifyRequest } from "fastify"

import type {
  EndedSessionsResponse,
  ResetLinkResponse,
  SessionsResponse,
  UserResponse,
} from "../../../protocol/auth-api.ts"
import { accountView } from "../../auth/accounts.ts"
import { endAccountSessions, listAccountSessions } from "../../auth/administration/account-sessions.ts"
import { createAccount } from "../../auth/administration/create-account.ts"
import { deleteAccount } from "../../auth/administration/delete-account.ts"
import { findAnyAccount } from "../../auth/administration/find-any-account.ts"
import { listAccounts } from "../../auth/administration/list-accounts.ts"
import { updateAccount } from "../../auth/administration/update-account.ts"
import { nowIso } from "../../auth/auth.ts"
import { codeLifetimesMs } from "../../auth/codes/one-time-codes.ts"
import { makeLink } from "../../auth/mail/links.ts"
import { readAccountQuery, readAccountToMake, readAccountUpdate } from "../account-bodies.ts"
import type { HttpParts } from "../parts.ts"
import { parseQueryString } from "../query-string.ts"
import { addResource } from "../resource.ts"

/** Serves accounts to admins: `/api/admin/users/*`. Registered under the check of admins. */
export function adminUserRoutes(app: FastifyInstance, { auth }: Pick<HttpParts, "auth">): void {
  addResource(app, "/api/admin/users", {
    GET(request, reply) {
      const query = readAccountQuery(parseQueryString(request.query as string))
      reply.send(listAccounts(auth.database, { ...query, nowIso: nowIso(auth) }))
    },
    async POST(request, reply) {
      const account = await createAccount(auth, { caller: request.caller, ...readAccountToMake(request.body) })
      reply.code(201).header("location", `/api/admin/users/${encodeURIComponent(account.id)}`)
      return reply.send({ user: accountView(account) } satisfies UserResponse)
    },
  })
  addResource(app, "/api/admin/users/:id", {
    GET(request, reply) {
      const account = auth.database.read((reader) => findAnyAccount(reader, named(request).idOrAddress))
      reply.send({ user: accountView(account) } satisfies UserResponse)
    },
    async PATCH(request, reply) {
      const account = await updateAccount(auth, { ...named(request), update: readAccountUpdate(request.body) })
      return reply.send({ user: accountView(account) } satisfies UserResponse)
    },
    async DELETE(request, reply) {
      await deleteAccount(auth, named(request))
      return reply.code(204).send()
    },
  })
  addResource(app, "/api/admin/users/:id/reset", {
    async POST(request, reply) {
      // The answer is a secret that stands under no name that says so.
      delete request.capture
      const account = auth.database.read((reader) => findAnyAccount(reader, named(request).idOrAddress))
      const expires = new Date(auth.clock.now() + codeLifetimesMs.reset).toISOString()
      const link = await makeLink(auth, { purpose: "reset", account })
      reply.header("cache-control", "no-store")
      return reply.send({ link, expires_at: expires } satisfies ResetLinkResponse)
    },
  })
  sessionRoutes(app, auth)
}

function sessionRoutes(app: FastifyInstance, auth: HttpParts["auth"]): void {
  addResource(app, "/api/admin/users/:id/sessions", {
    GET: (request, reply) =>
      void reply.send({ sessions: listAccountSessions(auth, named(request)) } satisfies SessionsResponse),
    async DELETE(request, reply) {
      const ended = await endAccountSessions(auth, { ...named(request), sessionId: null })
      return reply.send({ ended } satisfies EndedSessionsResponse)
    },
  })
  addResource(app, "/api/admin/users/:id/sessions/:session", {
    async DELETE(request, reply) {
      const { session } = request.params as { readonly session: string }
      const ended = await endAccountSessions(auth, { ...named(request), sessionId: session })
      return reply.send({ ended } satisfies EndedSessionsResponse)
    },
  })
}

/** Who asks, and about whom. */
function named({ caller, params }: FastifyRequest) {
  return { caller, idOrAddress: (params as { readonly id: string }).id }
}
