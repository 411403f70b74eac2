import { anonymous, bareRequest } from "../../../src/daemon/callers.ts"
import type { Caller } from "../../../src/daemon/caller.ts"
import type { RuleAuth } from "../../../src/rules/rules.ts"

const address = "203.0.113.9"

/** Somebody without a token. */
export const stranger: Caller = {
  ...anonymous,
  owner: false,
  address,
  requestId: "req_stranger",
  request: bareRequest(address),
}

/** Somebody who is signed in. */
export function person(id: string, auth: Partial<RuleAuth> = {}): Caller {
  return {
    ...stranger,
    requestId: `req_${id}`,
    sessionId: `session-of-${id}`,
    auth: Object.freeze({ id, email: `${id}@example.com`, role: "user", verified: true, metadata: {}, ...auth }),
  }
}

/** An account with the role `admin`. */
export const admin: Caller = { ...person("root", { role: "admin" }), isAdmin: true }
