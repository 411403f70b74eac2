import { insertAccountRow } from "../../../src/daemon/auth/accounts.ts"
import type { AuthParts } from "../../../src/daemon/auth/auth.ts"
import { beginSession } from "../../../src/daemon/auth/begin-session.ts"
import { parseEmailAddress } from "../../../src/daemon/auth/email-address.ts"
import { createKey } from "../../../src/daemon/auth/keys/api-keys.ts"
import type { NewKey } from "../../../src/daemon/auth/keys/api-keys.ts"
import { ownerCaller } from "../../helpers/owner-caller.ts"

/** The header of a caller. */
export interface Bearer extends Record<string, string> {
  readonly authorization: string
}

/** An account with a session, without a sign-in. */
export async function signedIn(
  auth: AuthParts,
  { email, role = "user" }: { readonly email: string; readonly role?: string },
): Promise<{ readonly id: string; readonly sessionId: string; readonly headers: Bearer }> {
  const id = auth.ids.next(auth.clock.now())
  const { sessionId } = await auth.database.write((transaction) => {
    const nowIso = new Date(auth.clock.now()).toISOString()
    const address = parseEmailAddress(email)!
    insertAccountRow(transaction, { id, address, passwordHash: null, role, isVerified: true, nowIso })
    const request = { caller: ownerCaller("test"), userAgent: "test" }
    return beginSession(transaction, auth, { accountId: id, request })
  })
  const { token } = await auth.tokens.sign({ accountId: id, sessionId })
  return { id, sessionId, headers: bearer(token) }
}

/** An API key. */
export async function keyHeaders(auth: AuthParts, wanted: Partial<NewKey> & Pick<NewKey, "name">): Promise<Bearer> {
  const plain = { role: "user", lifetimeMs: null, collections: null, operations: null }
  const { secret } = await createKey(auth, { ...plain, ...wanted })
  return bearer(secret)
}

export function bearer(token: string): Bearer {
  return { authorization: `Bearer ${token}` }
}
