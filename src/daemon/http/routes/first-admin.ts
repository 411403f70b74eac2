import type { FastifyInstance, FastifyRequest } from "fastify"

import { firstAdminPath, makeFirstAdmin, requireFirstAdminCode } from "../../auth/administration/first-admin.ts"
import { readCode } from "../../auth/codes/one-time-codes.ts"
import { requireMembers } from "../body-members.ts"
import type { MemberCheck } from "../body-members.ts"
import { html, sendPage } from "../page.ts"
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
        return sendPage(reply, { title: "Make the first admin", content: form(token) })
      },
      async POST(request, reply) {
        const rules = { token: text, email: text, password: text }
        const example = `Send {"token":"…","email":"ada@example.com","password":"…"}.`
        const { token, email, password } = requireMembers(request.body, rules, example)
        const made = await makeFirstAdmin(auth, { caller: request.caller, code: readCode(token), email, password })
        const message = `${made.email} is an admin now, and signs in with this password.`
        if (!isForm(request)) return reply.code(201).header("cache-control", "no-store").send({ message })
        return sendPage(reply, { title: "Done", status: 201, content: html`<p>${message}</p>` })
      },
    })
    done()
  })
}

const textCheck: MemberCheck = (value) => (typeof value === "string" ? null : "must be a string")
const text = { check: textCheck, required: true } as const

function tokenOf(request: FastifyRequest): string {
  return readCode(parseQueryString(request.query as string).find(([name]) => name === "token")?.[1])
}

/** The action is relative, so that it works behind a proxy that serves this below a path. */
function form(token: string) {
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
      <button>Make the admin</button>
    </form>`
}
