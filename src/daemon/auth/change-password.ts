import type { ChangePasswordRequest } from "../../protocol/auth-api.ts"
import { findAccount } from "./accounts.ts"
import { writeAccounts } from "./auth.ts"
import type { AuthParts, AuthRequest } from "./auth.ts"
import { changeAccount } from "./change-account.ts"
import { endSessions } from "./end-sessions.ts"
import { requireGoodPassword } from "./new-password.ts"
import { requireAccount } from "./require-account.ts"
import { invalidCredentials, provenAccount } from "./sign-in.ts"

/** Sets a new password for who knows the old one, and ends the account's other sessions. */
export async function changePassword(parts: AuthParts, request: AuthRequest<ChangePasswordRequest>): Promise<void> {
  const { caller, body } = request
  const account = parts.database.read((reader) => requireAccount(reader, caller))
  const password = requireGoodPassword(parts, { name: "new_password", password: body.new_password })
  // Who holds an access token of somebody else must not find the password by trying, nor keep them from signing in.
  const tries = { caller, account: `session:${account.sessionId}` }
  parts.limits.login.require(tries)
  await provenAccount(parts, { account, password: body.current_password })
  parts.limits.login.succeeded(tries)
  const passwordHash = await parts.passwords.hash(password)
  await writeAccounts(parts, caller, (transaction) => {
    if (findAccount(transaction, account.id)?.passwordHash !== account.passwordHash) throw invalidCredentials()
    changeAccount(transaction, parts, { id: account.id, changes: { passwordHash } })
    endSessions(transaction, { accountId: account.id, except: account.sessionId })
  })
}
