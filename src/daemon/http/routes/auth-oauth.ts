import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"

import type { ProvidersResponse } from "../../../protocol/auth-api.ts"
import { beginProviderSignIn, callbackUrl, cookieName } from "../../auth/oauth/begin-sign-in.ts"
import { exchangeCode, linkWithPassword } from "../../auth/oauth/exchange-code.ts"
import { finishProviderSignIn } from "../../auth/oauth/finish-sign-in.ts"
import { endProviderLink } from "../../auth/oauth/unlink-provider.ts"
import { publicUrl } from "../../auth/mail/links.ts"
import { requireMembers } from "../body-members.ts"
import { acceptForms, answerErrorsWithPages, isForm } from "../page-forms.ts"
import type { HttpParts } from "../parts.ts"
import { parseQueryString } from "../query-string.ts"
import { addResource } from "../resource.ts"
import { authRequest, keepNowhere } from "./auth.ts"

/** Serves sign-ins through providers: `/api/auth/providers` and `/api/auth/oauth/…`. */
export function authOAuthRoutes(root: FastifyInstance, { auth }: Pick<HttpParts, "auth">): void {
  void root.register((app, _options, done) => {
    acceptForms(app)
    answerErrorsWithPages(app)
    app.addHook("onRequest", keepNowhere)
    addResource(app, "/api/auth/providers", {
      GET: (_request, reply) => {
        const providers = auth.providers
          .names()
          .map((name) => ({ name, url: publicUrl(auth, `/api/auth/oauth/${name}`).href }))
        reply.send({ providers } satisfies ProvidersResponse)
      },
    })
    browserRoutes(app, auth)
    clientRoutes(app, auth)
    done()
  })
}

/** What browsers open: the way to a provider, and the way back. */
function browserRoutes(app: FastifyInstance, auth: HttpParts["auth"]): void {
  addResource(app, "/api/auth/oauth/:provider", {
    async GET(request, reply) {
      const redirect = parseQueryString(request.query as string).find(([name]) => name === "redirect")?.[1]
      const { location, cookie } = await beginProviderSignIn(auth, { provider: providerOf(request), redirect })
      return goTo(reply.header("set-cookie", cookie), location)
    },
    async DELETE(request, reply) {
      await endProviderLink(auth, { caller: request.caller, provider: providerOf(request) })
      return reply.code(204).send()
    },
  })
  const finish = async (
    request: FastifyRequest,
    reply: FastifyReply,
    members: URLSearchParams,
  ): Promise<FastifyReply> => {
    const provider = providerOf(request)
    const callback = callbackUrl(auth, auth.providers.require(provider))
    const nameOf = (state: string): string => cookieName(callback, state)
    const secretOf = (state: string): string | null => cookieOf(request, nameOf(state))
    const location = await finishProviderSignIn(auth, {
      provider,
      members,
      secretOf,
      request: authRequest(request, undefined),
    })
    const state = members.get("state") ?? ""
    const isSecure = callback.protocol === "https:" ? "; Secure" : ""
    reply.header("set-cookie", `${nameOf(state)}=; Path=/; Max-Age=0; HttpOnly${isSecure}`)
    return goTo(reply, location)
  }
  addResource(app, "/api/auth/oauth/:provider/callback", {
    GET: (request, reply) => finish(request, reply, new URLSearchParams(request.query as string)),
    POST: (request, reply) => {
      const members = isForm(request) ? (request.body as Readonly<Record<string, string>>) : {}
      return finish(request, reply, new URLSearchParams(members))
    },
  })
}

/** What the app asks for afterwards. The codes stand under a name that says nothing, so the dashboard keeps none of it. */
function clientRoutes(app: FastifyInstance, auth: HttpParts["auth"]): void {
  addResource(app, "/api/auth/oauth/exchange", {
    POST(request) {
      delete request.capture
      const { code } = requireMembers(request.body, { code: text }, `Send {"code":"…"}, from the address.`)
      return exchangeCode(auth, authRequest(request, { code }))
    },
  })
  addResource(app, "/api/auth/oauth/link", {
    POST(request) {
      delete request.capture
      const example = `Send {"code":"…","password":"…"}.`
      const members = requireMembers(request.body, { code: text, password: text }, example)
      return linkWithPassword(
        auth,
        authRequest(request, members as { readonly code: string; readonly password: string }),
      )
    },
  })
}

const text = {
  check: (value: unknown) => (typeof value === "string" ? null : "must be a string"),
  required: true,
} as const

function providerOf(request: FastifyRequest): string {
  return (request.params as { readonly provider: string }).provider
}

/** Only the first of a name counts: a host above this one could add another behind it. */
function cookieOf({ headers }: FastifyRequest, name: string): string | null {
  for (const pair of (headers.cookie ?? "").split(";")) {
    const equals = pair.indexOf("=")
    if (equals !== -1 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim()
  }
  return null
}

/** Neither the address that is left nor the one that is gone to is told to anybody. */
function goTo(reply: FastifyReply, location: string): FastifyReply {
  return reply.code(302).header("location", location).header("referrer-policy", "no-referrer").send()
}
