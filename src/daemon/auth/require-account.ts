import { alyxError } from "../../errors.ts"
import type { Caller } from "../caller.ts"
import type { Reader } from "../storage/database.ts"
import { findAccount } from "./accounts.ts"
import type { Account } from "./accounts.ts"
import { invalidToken } from "./tokens/access-tokens.ts"

/** The session and the account that ask. */
export interface OwnSession {
  readonly accountId: string
  readonly sessionId: string
}

/** Takes the session of the caller; throws UNAUTHENTICATED for nobody, FORBIDDEN for those who are no account. */
export function requireSession({ auth, sessionId, isAdmin }: Caller): OwnSession {
  if (sessionId !== null && auth.id !== null) return { accountId: auth.id, sessionId }
  if (auth.id === null && !isAdmin) {
    throw alyxError("UNAUTHENTICATED", { next: "Sign in at POST /api/auth/login, and send the access token." })
  }
  throw alyxError("FORBIDDEN", {
    message: "This is about the caller's own account, and the caller has none.",
    next: "Send the access token of an account. An API key asks GET /api/auth/key; admins manage accounts at /api/admin/users.",
  })
}

/** Takes the account of the caller as it is now; it may have ended a moment ago. */
export function requireAccount(reader: Reader, caller: Caller): Account & OwnSession {
  const session = requireSession(caller)
  const account = findAccount(reader, session.accountId)
  if (account === undefined) throw invalidToken("The account of this token has ended.")
  return { ...account, ...session }
}
