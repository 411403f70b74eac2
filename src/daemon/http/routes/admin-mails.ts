import type { FastifyInstance } from "fastify"

import { alyxError } from "../../../errors.ts"
import type { MailsResponse } from "../../../protocol/auth-api.ts"
import { listMails } from "../../auth/mail/kept-mails.ts"
import type { HttpParts } from "../parts.ts"
import { addResource } from "../resource.ts"

/** Serves the mails that are kept in dev. Registered under the check of admins: their links open accounts. */
export function adminMailRoutes(app: FastifyInstance, { auth }: Pick<HttpParts, "auth">): void {
  addResource(app, "/api/admin/mails", {
    GET: (request, reply) => {
      if (auth.mode === "start") throw mailsNotKept()
      // The links in them work: the dashboard must not keep the answer as well.
      delete request.capture
      reply.header("cache-control", "no-store")
      reply.send({ mails: auth.database.read(listMails) } satisfies MailsResponse)
    },
  })
}

function mailsNotKept(): Error {
  return alyxError("NOT_FOUND", {
    message: "Mails are kept by alyx dev only; this daemon serves in another mode.",
    next: "Its log has a line for each mail that could not be sent: alyx logs.",
  })
}
