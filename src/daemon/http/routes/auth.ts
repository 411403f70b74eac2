import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"

import type { MeResponse, OwnKeyResponse } from "../../../protocol/auth-api.ts"
import type { AuthRequest } from "../../auth/auth.ts"
import { changePassword } from "../../auth/change-password.ts"
import { ownKey } from "../../auth/keys/own-key.ts"
import { refreshSession } from "../../auth/refresh.ts"
import { register } from "../../auth/register.ts"
import { requireAccount } from "../../auth/require-account.ts"
import { signIn } from "../../auth/sign-in.ts"
import { signOut } from "../../auth/sign-out.ts"
import { userOf } from "../../auth/user-of.ts"
import { bodyOf, readPasswordChange, readRefresh, readSignIn, readSignOut } from "../auth-bodies.ts"
import type { HttpParts } from "../parts.ts"
import { addResource } from "../resource.ts"
import { authSessionRoutes } from "./auth-sessions.ts"
import { jwksRoute } from "./jwks.ts"

/** Serves `/api/auth/*`: accounts, tokens and sessions, and the public key of tokens. */
export function authRoutes(root: FastifyInstance, { auth }: Pick<HttpParts, "auth">): void {
  void root.register((app, _options, done) => {
    app.addHook("onRequest", keepNowhere)

    addResource(app, "/api/auth/register", {
      async POST(request, reply) {
        const registered = await register(auth, authRequest(request, bodyOf(request.body)))
        return reply.code(registered.kind === "accepted" ? 202 : 201).send(registered.answer)
      },
    })
    addResource(app, "/api/auth/login", {
      POST: (request) => signIn(auth, authRequest(request, readSignIn(request.body))),
    })
    addResource(app, "/api/auth/refresh", {
      POST: (request) => refreshSession(auth, authRequest(request, readRefresh(request.body))),
    })
    addResource(app, "/api/auth/logout", {
      async POST(request, reply) {
        await signOut(auth, authRequest(request, readSignOut(request.body)))
        return reply.code(204).send()
      },
    })
    addResource(app, "/api/auth/me", {
      GET({ caller }, reply) {
        const account = auth.database.read((reader) => requireAccount(reader, caller))
        reply.send({ user: userOf(auth, { account, caller }) } satisfies MeResponse)
      },
    })
    addResource(app, "/api/auth/key", {
      GET: ({ caller }, reply) => void reply.send({ key: ownKey(auth, caller) } satisfies OwnKeyResponse),
    })
    addResource(app, "/api/auth/password", {
      async PATCH(request, reply) {
        await changePassword(auth, authRequest(request, readPasswordChange(request.body)))
        return reply.code(204).send()
      },
    })
    authSessionRoutes(app, auth)
    done()
  })
  jwksRoute(root, auth)
}

/** Answers hold tokens, or what only one person may see. */
export function keepNowhere(_request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  reply.header("cache-control", "no-store")
  done()
}

/** What operations of accounts take of a request. */
export function authRequest<Body>(request: FastifyRequest, body: Body): AuthRequest<Body> {
  return { caller: request.caller, body, userAgent: request.headers["user-agent"] ?? null }
}
