import { alyxError } from "../../../errors.ts"
import type { Caller } from "../../caller.ts"
import type { Account } from "../accounts.ts"
import { writeAccounts } from "../auth.ts"
import type { AuthParts } from "../auth.ts"
import { changeAccount } from "../change-account.ts"
import { findCode } from "../codes/one-time-codes.ts"
import { parseEmailAddress } from "../email-address.ts"
import { endSessions } from "../end-sessions.ts"
import { requireMailServer } from "../mail/require-mail-server.ts"
import { requireGoodPassword } from "../new-password.ts"
import { unlinkProviders, unlinkUnproven } from "../oauth/provider-accounts.ts"
import { emailProblem } from "../register.ts"
import { accountOfCode, takeLinkCode } from "./verify-address.ts"

/**
 * Sends a link for a new password, if there is an account. What cannot be an address is told apart, which says nothing
 * of accounts; all else looks the same from outside.
 */
export function forgetPassword(
  parts: Pick<AuthParts, "limits" | "mails" | "config" | "mode">,
  { caller, email }: { readonly caller: Caller; readonly email: unknown },
): void {
  const address = parseEmailAddress(email)
  if (address === null) throw notAnAddress("email", email)
  parts.limits.passwordReset.require({ caller, account: address.key })
  requireMailServer(parts)
  parts.mails.passwordForgotten(address)
}

/**
 * Sets a new password by the code of a mail, which proves the address as well. All sessions end, and so do other links.
 * Providers are unlinked too where they are not known to be this person's.
 */
export async function resetPassword(
  parts: AuthParts,
  { caller, code, password }: { readonly caller: Caller; readonly code: string; readonly password: unknown },
): Promise<void> {
  const good = requireGoodPassword(parts, { name: "password", password })
  // Nobody makes the server hash passwords by codes that they made up.
  accountOfReset(parts, code)
  const passwordHash = await parts.passwords.hash(good)
  await writeAccounts(parts, caller, (transaction) => {
    const { account } = takeLinkCode(transaction, parts, { code, purpose: "reset" })
    if (account.isVerified) unlinkUnproven(transaction, account.id)
    else unlinkProviders(transaction, account.id)
    changeAccount(transaction, parts, { id: account.id, changes: { passwordHash, isVerified: true } })
    endSessions(transaction, { accountId: account.id, except: null })
  })
}

/** The account that a link for a new password is for; throws INVALID_CODE. */
export function accountOfReset({ database, clock }: Pick<AuthParts, "database" | "clock">, code: string): Account {
  return database.read((reader) =>
    accountOfCode(reader, findCode(reader, { code, purpose: "reset", nowMs: clock.now() })),
  )
}

/** A member that should be an address and is none. */
export function notAnAddress(name: string, email: unknown): Error {
  const problem = emailProblem(email, name)
  return alyxError("VALIDATION_ERROR", { message: problem.message, details: { fields: { [name]: [problem] } } })
}
