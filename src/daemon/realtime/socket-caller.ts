import { isDeepStrictEqual } from "node:util"

import type { Caller, Identity } from "../caller.ts"

/** Somebody else's view of things, or the same one. */
export function isSameIdentity(one: Identity, other: Identity): boolean {
  if (one.isAdmin !== other.isAdmin) return false
  return isDeepStrictEqual(one.auth, other.auth) && isDeepStrictEqual(one.scope, other.scope)
}

/** The caller of a socket, once somebody said by a token who they are. Being the owner of the project ends by that. */
export function callerAs(caller: Caller, identity: Identity): Caller {
  const { auth, isAdmin, sessionId, scope } = identity
  return { ...caller, owner: false, auth, isAdmin, sessionId, scope }
}

/** A caller that keeps nothing of the HTTP request that it came with alive. */
export function lastingCaller(caller: Caller): Caller {
  const { ip, headers } = caller.request
  return {
    ...caller,
    request: {
      method: "GET",
      ip,
      body: null,
      headers,
      get time() {
        return new Date().toISOString()
      },
    },
  }
}

/**
 * When a token says that it ends, in milliseconds since the epoch; null where it does not say. Nothing is trusted for it: it is only
 * the time at which to ask again whose token it is.
 */
export function tokenEndMs(token: string): number | null {
  const [, payload, signature] = token.split(".")
  if (payload === undefined || signature === undefined) return null
  try {
    const { exp } = JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as { readonly exp?: unknown }
    return typeof exp === "number" && Number.isFinite(exp) ? exp * 1_000 : null
  } catch {
    return null
  }
}
