import { anonymousAuth } from "../rules/rules.ts"
import type { RuleAuth, RuleRequest } from "../rules/rules.ts"
import type { Identity } from "./caller.ts"

/** Nobody in particular. */
export const anonymous: Identity = Object.freeze({ auth: anonymousAuth, isAdmin: false, sessionId: null, scope: null })

/** The owner of the project, by the local socket, and everyone where the server is open. */
export const administrator: Identity = Object.freeze({
  auth: Object.freeze({ ...anonymousAuth, role: "admin" }) satisfies RuleAuth,
  isAdmin: true,
  sessionId: null,
  scope: null,
})

/** What rules see where there is no HTTP request. */
export function bareRequest(ip: string): RuleRequest {
  return {
    method: "GET",
    ip,
    body: null,
    headers: {},
    get time() {
      return new Date().toISOString()
    },
  }
}
