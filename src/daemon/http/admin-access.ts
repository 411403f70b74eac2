import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from "fastify"

import { alyxError } from "../../errors.ts"
import { isKnown } from "../caller.ts"
import type { AllowsOrigin } from "./middleware/cors.ts"

/**
 * Makes the hook in front of `/api/admin`: for the owner, for admins, and for API keys of the role admin that are
 * limited to nothing.
 */
export function adminCheck(allowsOrigin: AllowsOrigin) {
  return (request: FastifyRequest, _reply: FastifyReply, done: HookHandlerDoneFunction): void => {
    done(adminRefusal(request, allowsOrigin))
  }
}

/** For what is done on the machine itself: whoever may ask a server to end, or to write a file, could do more than an admin. */
export function requireOwner({ caller }: FastifyRequest, what: string): void {
  if (caller.owner) return
  throw alyxError("OWNER_ONLY", {
    message: `${what} only over the local socket of the daemon.`,
    next: "Use the command line of alyx on the machine, in the folder of the project.",
  })
}

function adminRefusal(request: FastifyRequest, allowsOrigin: AllowsOrigin): Error | undefined {
  const { caller, headers } = request
  if (caller.owner) return undefined
  if (request.invocation !== null) return functionAsks()
  if (!caller.isAdmin) return isKnown(caller) ? alyxError("NOT_ADMIN", { next: signIn }) : unauthenticated()
  if (caller.scope !== null) {
    return alyxError("FORBIDDEN_SCOPE", {
      message: "The API key is limited to collections or operations, and the admin API is none of them.",
      next: "Make a key of the role admin without --collection and --operation.",
    })
  }
  // Without a token it is an open server (server.insecure_open), which every page in a browser on this machine reaches.
  if (headers.authorization === undefined && isFromPage(request) && !allowsOrigin(request)) {
    return alyxError("FORBIDDEN_ORIGIN", {
      message: "Web pages of other origins may not use the admin API of an open server.",
      next: "Add the origin to server.cors.origins, or send a token.",
    })
  }
  return undefined
}

/** What a function does for an admin is bounded by its manifest, which the admin API knows nothing of. */
function functionAsks(): Error {
  return alyxError("NOT_ADMIN", {
    message: "The admin API is not for functions, whoever calls them.",
    next: "Use ctx.db, or ctx.asAdmin.db with `privileged: true` in the manifest.",
  })
}

/** Pictures and scripts that a page names are asked for without Origin; browsers say all the same that a page of elsewhere did. */
function isFromPage({ headers }: FastifyRequest): boolean {
  const site = headers["sec-fetch-site"]
  return headers.origin !== undefined || site === "cross-site" || site === "same-site"
}

const signIn = "Sign in as an admin, or use an API key of the role admin."

function unauthenticated(): Error {
  return alyxError("UNAUTHENTICATED", {
    message: "The admin API needs an admin, and the request carries no token.",
    next: signIn,
  })
}
