import { alyxError } from "../../../errors.ts"
import type { Caller } from "../../caller.ts"
import type { Reader, Transaction } from "../../storage/database.ts"
import { findAccount } from "../accounts.ts"
import type { Account } from "../accounts.ts"
import { writeAccounts } from "../auth.ts"
import type { AuthParts } from "../auth.ts"
import { changeAccount } from "../change-account.ts"
import { useCode } from "../codes/one-time-codes.ts"
import type { FoundCode } from "../codes/one-time-codes.ts"
import type { LinkPurpose } from "../mail/links.ts"
import { requireMailServer } from "../mail/require-mail-server.ts"
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

/** Takes the code of a mail as the proof that its reader is the owner of the address. */
export async function verifyAddress(
  parts: AuthParts,
  { caller, code }: { readonly caller: Caller; readonly code: string },
): Promise<void> {
  await writeAccounts(parts, caller, (transaction) => {
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
