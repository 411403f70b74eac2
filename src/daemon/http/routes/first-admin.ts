import type { FastifyInstance, FastifyRequest } from "fastify"

import { alyxError } from "../../../errors.ts"
import type { AlyxError } from "../../../errors.ts"
import { isJsonObject } from "../../../lib/json-object.ts"
import {
  firstAdminPath,
  makeFirstAdmin,
  neededTexts,
  requireFirstAdminCode,
} from "../../auth/administration/first-admin.ts"
import { readCode } from "../../auth/codes/one-time-codes.ts"
import { html, sendPage } from "../page.ts"
import type { Page } from "../page.ts"
import { acceptForms, answerErrorsWithPages, isForm, sendFormAgain } from "../page-forms.ts"
import type { HttpParts } from "../parts.ts"
import { formProblem, passwordInput } from "../password-input.ts"
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
        return sendPage(reply, firstAdminPage(auth, { token, values: {}, problem: null }))
      },
      async POST(request, reply) {
        const { caller, body } = request
        if (!isJsonObject(body))
          throw alyxError("VALIDATION_ERROR", { message: "The body must be a JSON object.", next })
        const { token, email, password, ...values } = body
        const code = readCode(token)
        try {
          const made = await makeFirstAdmin(auth, { caller, code, email, password, values })
          const message = `${made.email} is an admin now, and signs in with this password.`
          if (!isForm(request)) return reply.code(201).header("cache-control", "no-store").send({ message })
          return sendPage(reply, { title: "Done", status: 201, content: html`<p>${message}</p>` })
        } catch (error) {
          return sendFormAgain({ request, reply }, error, (problem) => {
            auth.database.read((reader) => requireFirstAdminCode(reader, auth, code))
            return firstAdminPage(auth, { token: code, values: { ...values, email }, problem })
          })
        }
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
function firstAdminPage(
  auth: HttpParts["auth"],
  {
    token,
    values,
    problem,
  }: {
    readonly token: string
    /** What was sent before, but for the password. */
    readonly values: Readonly<Record<string, unknown>>
    readonly problem: AlyxError | null
  },
): Page {
  const content = html`<p>
      Admins pass every access rule and use <code>/api/admin</code>. This page works once, and only as long as there is
      no admin.
    </p>
    ${formProblem(problem)}
    <form method="post" action="first-admin">
      <input type="hidden" name="token" value="${token}" />
      <label>
        Email address
        <input
          type="email"
          name="email"
          autocomplete="username"
          value="${textOf(values["email"])}"
          required
          maxlength="254"
        />
      </label>
      ${passwordInput("Password", auth.config().auth.password)}
      ${neededTexts(auth).map(
        ({ name }) =>
          html`<label>
            ${name}
            <input type="text" name="${name}" value="${textOf(values[name])}" required />
          </label>`,
      )}
      <button>Make the admin</button>
    </form>`
  return { title: "Make the first admin", content }
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : ""
}
