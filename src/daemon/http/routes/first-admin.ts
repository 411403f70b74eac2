import type { FastifyInstance, FastifyRequest } from "fastify"

import { alyxError } from "../../../errors.ts"
import type { Field } from "../../../schema/schema.ts"
import {
  firstAdminPath,
  makeFirstAdmin,
  neededTexts,
  requireFirstAdminCode,
} from "../../auth/administration/first-admin.ts"
import { readCode } from "../../auth/codes/one-time-codes.ts"
import { isObject } from "../body-members.ts"
import { html, sendPage } from "../page.ts"
import type { Markup } from "../page.ts"
import { acceptForms, answerErrorsWithPages, isForm } from "../page-forms.ts"
import type { HttpParts } from "../parts.ts"
import { parseQueryString } from "../query-string.ts"
import { addResource } from "../resource.ts"

/** Serves the page by which the first admin is made: the log has the link to it, as long as there is none. */
export function firstAdminRoute(root: FastifyInstance, { auth }: Pick<HttpParts, "auth">): void {
  void root.register((app, _options, done) => {
    acceptForms(app)
    answerErrorsWithPages(app)
    addResource(app, firstAdminPath, {
      GET(request, reply) {
        const token = tokenOf(request)
        auth.database.read((reader) => requireFirstAdminCode(reader, auth, token))
        return sendPage(reply, { title: "Make the first admin", content: form(token, neededTexts(auth)) })
      },
      async POST(request, reply) {
        const { caller, body } = request
        if (!isObject(body)) throw alyxError("VALIDATION_ERROR", { message: "The body must be a JSON object.", next })
        const { token, email, password, ...values } = body
        const made = await makeFirstAdmin(auth, { caller, code: readCode(token), email, password, values })
        const message = `${made.email} is an admin now, and signs in with this password.`
        if (!isForm(request)) return reply.code(201).header("cache-control", "no-store").send({ message })
        return sendPage(reply, { title: "Done", status: 201, content: html`<p>${message}</p>` })
      },
    })
    done()
  })
}

const next = `Send {"token":"…","email":"ada@example.com","password":"…"}, and the other fields of the users collection.`

function tokenOf(request: FastifyRequest): string {
  return readCode(parseQueryString(request.query as string).find(([name]) => name === "token")?.[1])
}

/** The action is relative, so that it works behind a proxy that serves this below a path. */
function form(token: string, fields: readonly Field[]): Markup {
  return html`<p>
      Admins pass every access rule and use <code>/api/admin</code>. This page works once, and only as long as there is
      no admin.
    </p>
    <form method="post" action="first-admin">
      <input type="hidden" name="token" value="${token}" />
      <label>
        Email address
        <input type="email" name="email" autocomplete="username" required maxlength="254" />
      </label>
      <label>
        Password
        <input type="password" name="password" autocomplete="new-password" required maxlength="1024" />
      </label>
      ${fields.map(
        ({ name }) =>
          html`<label>
            ${name}
            <input type="text" name="${name}" required />
          </label>`,
      )}
      <button>Make the admin</button>
    </form>`
}
