import { alyxError } from "../../../errors.ts"
import type { Caller } from "../../caller.ts"
import { findAccountByEmail } from "../accounts.ts"
import { writeAccounts } from "../auth.ts"
import type { AuthParts } from "../auth.ts"
import { changeAccount } from "../change-account.ts"
import { parseEmailAddress } from "../email-address.ts"
import { requireMailServer } from "../mail/require-mail-server.ts"
import { requireAccount } from "../require-account.ts"
import { provenAccount } from "../sign-in.ts"
import { notAnAddress } from "./reset-password.ts"
import { takeLinkCode } from "./verify-address.ts"

/** What the owner of an account asks for. */
export interface ChangeAddressRequest {
  readonly caller: Caller
  readonly newEmail: unknown
  readonly password: string
}

/** Sends a link to the new address and a notice to the old one. The password proves that it is not just an open screen. */
export async function askToChangeAddress(
  parts: AuthParts,
  { caller, newEmail, password }: ChangeAddressRequest,
): Promise<void> {
  const { limits, database } = parts
  const account = database.read((reader) => requireAccount(reader, caller))
  const address = parseEmailAddress(newEmail)
  if (address === null) throw notAnAddress("new_email", newEmail)
  // By the session: who holds somebody's token must not keep them from signing in.
  const tries = { caller, account: `session:${account.sessionId}` }
  limits.login.require(tries)
  if (account.passwordHash === null) throw withoutPassword()
  await provenAccount(parts, { account, password })
  limits.login.succeeded(tries)
  requireMailServer(parts)
  limits.passwordReset.require({ caller, account: `change:${account.id}` })
  const known = database.read((reader) => findAccountByEmail(reader, address))
  if (known === undefined || known.id === account.id) return parts.mails.addressChangeAsked(account, address)
  if (parts.config().auth.hideAccounts) {
    parts.mails.addressKnown(known)
    return parts.mails.addressChangeNoticed(account, address)
  }
  throw alyxError("EMAIL_TAKEN", { next: "Choose another address, or sign in to that account." })
}

/** Takes the code of a mail as the proof of the new address, and gives the account that address. */
export async function changeAddress(
  parts: AuthParts,
  { caller, code }: { readonly caller: Caller; readonly code: string },
): Promise<void> {
  await writeAccounts(parts, caller, (transaction) => {
    const { account, data } = takeLinkCode(transaction, parts, { code, purpose: "change_email" })
    const address = parseEmailAddress(data["newEmail"])
    if (address === null) throw alyxError("INVALID_CODE")
    changeAccount(transaction, parts, { id: account.id, changes: { email: address, isVerified: true } })
  })
}

function withoutPassword(): Error {
  return alyxError("INVALID_CREDENTIALS", {
    message: "The account has no password.",
    next: "Set one first: POST /api/auth/reset sends a link.",
  })
}
