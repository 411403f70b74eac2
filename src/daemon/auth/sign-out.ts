import { alyxError } from "../../errors.ts"
import { writeAccounts } from "./auth.ts"
import type { AuthParts, AuthRequest } from "./auth.ts"
import { endSessionRow } from "./end-sessions.ts"
import { findRefreshToken } from "./refresh-tokens.ts"

/** What names the session: the access token that asks, or a refresh token. */
export interface SignOutRequest {
  readonly refresh_token?: string
}

/** Ends the session of the caller, and that of a refresh token. One that has ended already is no error. */
export async function signOut(parts: AuthParts, { caller, body }: AuthRequest<SignOutRequest>): Promise<void> {
  const { auth, sessionId } = caller
  const { refresh_token: refreshToken } = body
  if (sessionId === null && refreshToken === undefined) {
    throw alyxError("UNAUTHENTICATED", {
      message: "This ends a session, and the request carries no token of one that lives.",
      next: `Send the access token, or the body {"refresh_token":"…"}.`,
    })
  }
  await writeAccounts(parts, caller, (transaction) => {
    if (sessionId !== null && auth.id !== null) endSessionRow(transaction, { accountId: auth.id, sessionId })
    const found = refreshToken === undefined ? undefined : findRefreshToken(transaction, refreshToken)
    if (found !== undefined) endSessionRow(transaction, found)
  })
}
