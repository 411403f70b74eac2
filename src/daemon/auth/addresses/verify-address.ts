import { alyxError } from "../../../errors.ts"
import type { Caller } from "../../caller.ts"
import type { Reader, Transaction } from "../../storage/database.ts"
import { findAccount } from "../accounts.ts"
import type { Account } from "../accounts.ts"
import { writeAccounts } from "../auth.ts"
import type { AuthParts } from "../auth.ts"
import { changeAccount } from "../change-account.ts"
import { findCode, useCode } from "../codes/one-time-codes.ts"
import type { FoundCode } from "../codes/one-time-codes.ts"
import { endSessions } from "../end-sessions.ts"
import type { LinkPurpose } from "../mail/links.ts"
import { requireMailServer } from "../mail/require-mail-server.ts"
import { unlinkProviders } from "../oauth/provider-accounts.ts"
import { completeRegistration, dropRegistration, findRegistration } from "../register-hidden.ts"
import { requireAccount } from "../require-account.ts"

/** The account that a code is for; throws INVALID_CODE when its address is another one by now. */
export function accountOfCode(reader: Reader, { userId, data }: FoundCode): Account {
  const account = userId === null ? undefined : findAccount(reader, userId)
  if (account === undefined || account.emailKey !== data["address"]) throw alyxError("INVALID_CODE")
  return account
}

/** Uses up the code of a link, and tells whose it is. */
export function takeLinkCode(
  transaction: Transaction,
  parts: Pick<AuthParts, "clock">,
  { code, purpose }: { readonly code: string; readonly purpose: LinkPurpose },
): { readonly account: Account; readonly data: FoundCode["data"] } {
  const found = useCode(transaction, { code, purpose, nowMs: parts.clock.now() })
  return { account: accountOfCode(transaction, found), data: found.data }
}

/** Whether somebody chose a password for the account of a link: its page asks whether that was who opened it. */
export function hasPassword({ database, clock }: Pick<AuthParts, "database" | "clock">, code: string): boolean {
  return database.read((reader) => {
    if (findRegistration(reader, { clock }, code) !== undefined) return true
    const found = findCode(reader, { code, purpose: "verify", nowMs: clock.now() })
    return accountOfCode(reader, found).passwordHash !== null
  })
}

/**
 * Takes the password, the sessions and the providers from an account that somebody else made for the address of who has
 * the mail. It stays unproven: who wants it asks for a new password.
 */
export async function disownAccount(
  parts: AuthParts,
  { caller, code }: { readonly caller: Caller; readonly code: string },
): Promise<void> {
  await writeAccounts(parts, caller, (transaction) => {
    if (findRegistration(transaction, parts, code) !== undefined) return dropRegistration(transaction, parts, code)
    const { account } = takeLinkCode(transaction, parts, { code, purpose: "verify" })
    unlinkProviders(transaction, account.id)
    endSessions(transaction, { accountId: account.id, except: null })
    changeAccount(transaction, parts, { id: account.id, changes: { passwordHash: null } })
  })
}

/**
 * Takes the code of a mail as the proof that its reader is the owner of the address. Where accounts are hidden, this is
 * what makes the account.
 */
export async function verifyAddress(
  parts: AuthParts,
  { caller, code }: { readonly caller: Caller; readonly code: string },
): Promise<void> {
  await writeAccounts(parts, caller, (transaction) => {
    if (findRegistration(transaction, parts, code) !== undefined) {
      return completeRegistration(transaction, parts, { caller, code })
    }
    const { account } = takeLinkCode(transaction, parts, { code, purpose: "verify" })
    changeAccount(transaction, parts, { id: account.id, changes: { isVerified: true } })
  })
}

/** Sends the mail again to an account that has not proven its address; says nothing where it has. */
export function askForProof(
  parts: Pick<AuthParts, "database" | "mails" | "limits" | "config" | "mode">,
  { caller }: { readonly caller: Caller },
): void {
  const account = parts.database.read((reader) => requireAccount(reader, caller))
  parts.limits.passwordReset.require({ caller, account: `verify:${account.id}` })
  requireMailServer(parts)
  if (!account.isVerified) parts.mails.accountMade(account)
}
