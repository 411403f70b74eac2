import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"

import { alyxError } from "../../../errors.ts"
import type { AlyxError } from "../../../errors.ts"
import type { AcceptedResponse, DoneResponse } from "../../../protocol/auth-api.ts"
import { askToChangeAddress, changeAddress } from "../../auth/addresses/change-address.ts"
import { accountOfReset, forgetPassword, resetPassword } from "../../auth/addresses/reset-password.ts"
import { askForProof, disownAccount, hasPassword, verifyAddress } from "../../auth/addresses/verify-address.ts"
import { readCode } from "../../auth/codes/one-time-codes.ts"
import { requireMembers } from "../body-members.ts"
import type { MemberCheck } from "../body-members.ts"
import { html, sendPage } from "../page.ts"
import type { Markup, Page } from "../page.ts"
import { acceptForms, answerErrorsWithPages, isForm, sendFormAgain } from "../page-forms.ts"
import type { HttpParts } from "../parts.ts"
import { formProblem, passwordInput } from "../password-input.ts"
import { parseQueryString } from "../query-string.ts"
import { addResource } from "../resource.ts"
import { keepNowhere } from "./auth.ts"

/**
 * Serves what the links of mails lead to: proof of an address, a new password, another address. A GET shows a page with
 * a button and changes nothing, since programs that look through mails open links as well.
 */
export function authLinkRoutes(root: FastifyInstance, { auth }: Pick<HttpParts, "auth">): void {
  void root.register((app, _options, done) => {
    acceptForms(app)
    answerErrorsWithPages(app)
    app.addHook("onRequest", keepNowhere)
    verifyRoutes(app, auth)
    resetRoutes(app, auth)
    emailRoutes(app, auth)
    done()
  })
}

function verifyRoutes(app: FastifyInstance, auth: HttpParts["auth"]): void {
  addResource(app, "/api/auth/verify", {
    GET(request, reply) {
      const token = tokenOf(request)
      const form = buttonForm({ action: "verify", token, button: "Confirm the address" })
      const content = hasPassword(auth, token) ? html`${form}${disownForm(token)}` : form
      return sendPage(reply, { title: "Confirm your address", content })
    },
    async POST(request, reply) {
      const asked = { caller: request.caller, code: readToken(request) }
      if (isDisowned(request)) {
        await disownAccount(auth, asked)
        return answerDone(request, reply, "The password that was chosen for this address is gone. Nobody is signed in.")
      }
      await verifyAddress(auth, asked)
      return answerDone(request, reply, "Your address is confirmed.")
    },
  })
  addResource(app, "/api/auth/verify/request", {
    POST({ caller, body }, reply) {
      if (body !== undefined) requireMembers(body, {}, "Send no body.")
      askForProof(auth, { caller })
      return accept(reply, "If the address is not confirmed yet, a mail with a link is on its way to it.")
    },
  })
}

function resetRoutes(app: FastifyInstance, auth: HttpParts["auth"]): void {
  addResource(app, "/api/auth/reset", {
    GET: (request, reply) =>
      sendPage(reply, resetPage(auth, { token: tokenOf(request), action: "reset/confirm", problem: null })),
    POST({ caller, body }, reply) {
      const { email } = requireMembers(body, { email: text }, `Send {"email":"ada@example.com"}.`)
      forgetPassword(auth, { caller, email })
      return accept(reply, "If there is an account with this address, a mail with a link is on its way to it.")
    },
  })
  addResource(app, "/api/auth/reset/confirm", {
    async POST(request, reply) {
      const { caller, body } = request
      const example = `Send {"token":"…","password":"…"}.`
      const { password } = requireMembers(body, { token: text, password: text }, example)
      const token = readToken(request)
      try {
        await resetPassword(auth, { caller, code: token, password })
      } catch (error) {
        return sendFormAgain({ request, reply }, error, (problem) =>
          resetPage(auth, { token, action: "confirm", problem }),
        )
      }
      return answerDone(request, reply, "The new password is set. Sign in with it; all devices were signed out.")
    },
  })
}

/** The action is relative to where the page is shown. The address is there for password managers; it is not sent. */
function resetPage(
  auth: HttpParts["auth"],
  { token, action, problem }: { readonly token: string; readonly action: string; readonly problem: AlyxError | null },
): Page {
  const { email } = accountOfReset(auth, token)
  return {
    title: "Set a new password",
    content: html`${formProblem(problem)}
      <form method="post" action="${action}">
        <input type="hidden" name="token" value="${token}" />
        <label>
          Account
          <input type="email" autocomplete="username" value="${email}" readonly />
        </label>
        ${passwordInput("New password", auth.config().auth.password)}
        <button>Set the password</button>
      </form>`,
  }
}

function emailRoutes(app: FastifyInstance, auth: HttpParts["auth"]): void {
  addResource(app, "/api/auth/email", {
    async POST({ caller, body }, reply) {
      const example = `Send {"new_email":"ada@example.com","password":"…"}.`
      const members = requireMembers(body, { new_email: text, password: text }, example)
      const { new_email: newEmail, password } = members as { readonly new_email: string; readonly password: string }
      await askToChangeAddress(auth, { caller, newEmail, password })
      return accept(reply, "A mail with a link is on its way to the new address; the change waits for it.")
    },
  })
  addResource(app, "/api/auth/email/confirm", {
    GET: (request, reply) =>
      sendPage(reply, {
        title: "Confirm your new address",
        content: buttonForm({ action: "confirm", token: tokenOf(request), button: "Confirm the new address" }),
      }),
    async POST(request, reply) {
      await changeAddress(auth, { caller: request.caller, code: readToken(request) })
      return answerDone(request, reply, "Your account has the new address now.")
    },
  })
}

const textCheck: MemberCheck = (value) => (typeof value === "string" ? null : "must be a string")
const text = { check: textCheck, required: true } as const

/** The code of the link that was opened; throws INVALID_CODE. */
function tokenOf(request: FastifyRequest): string {
  const parameters = parseQueryString(request.query as string)
  return readCode(parameters.find(([name]) => name === "token")?.[1])
}

/** The code that was sent; throws INVALID_CODE. */
function readToken({ body }: FastifyRequest): string {
  return readCode((body as { readonly token?: unknown } | null | undefined)?.token)
}

/** Relative, so that it works behind a proxy that serves this below a path. */
function buttonForm({
  action,
  token,
  button,
}: {
  readonly action: string
  readonly token: string
  readonly button: string
}): Markup {
  return html`<form method="post" action="${action}">
    <input type="hidden" name="token" value="${token}" />
    <button>${button}</button>
  </form>`
}

/** Whoever made the account may not be who has the mail: then its password must not become that of a proven account. */
function disownForm(token: string): Markup {
  return html`<p>
      Somebody chose a password for an account with this address. Confirm it only if that was you: whoever knows the
      password can sign in.
    </p>
    <form method="post" action="verify">
      <input type="hidden" name="token" value="${token}" />
      <input type="hidden" name="not_me" value="true" />
      <button>This was not me</button>
    </form>`
}

/** True as JSON says it, or as a form does. */
function isDisowned({ body }: FastifyRequest): boolean {
  const said = (body as { readonly not_me?: unknown }).not_me
  if (said === undefined || said === false || said === "false") return false
  if (said === true || said === "true") return true
  throw alyxError("VALIDATION_ERROR", { message: "not_me must be true or false.", next: `Send {"token":"…"}.` })
}

function accept(reply: FastifyReply, message: string): FastifyReply {
  return reply.code(202).send({ message } satisfies AcceptedResponse)
}

function answerDone(request: FastifyRequest, reply: FastifyReply, message: string): FastifyReply {
  if (isForm(request)) return sendPage(reply, { title: "Done", content: html`<p>${message}</p>` })
  return reply.send({ message } satisfies DoneResponse)
}
