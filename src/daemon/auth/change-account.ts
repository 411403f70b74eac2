import { sqlQuery } from "../storage/database.ts"
import type { Transaction } from "../storage/database.ts"
import { findAccount, findAccountByEmail, updateAccountRow } from "./accounts.ts"
import type { Account, AccountChanges } from "./accounts.ts"
import { nowIso } from "./auth.ts"
import type { AuthParts } from "./auth.ts"
import { emailTaken } from "./make-account.ts"
import { userNotFound } from "./user-not-found.ts"

/** Codes that would change an account by what it was before its password or address changed. */
const endCodesSql = `DELETE FROM "_alyx_auth_codes" WHERE user_id = ?`

/**
 * Changes an account and mirrors it in its document. Whoever calls it nudges `accounts` after the commit (writeAccounts).
 * A new password or address ends the codes of mails that are under way; sessions are for the caller to end.
 */
export function changeAccount(
  transaction: Transaction,
  parts: Pick<AuthParts, "schemas" | "clock" | "documents">,
  { id, changes }: { readonly id: string; readonly changes: AccountChanges },
): Account {
  const { email, role, isVerified } = changes
  changeAccountAlone(transaction, { id, nowIso: nowIso(parts), changes })
  parts.documents.mirror(transaction, {
    schema: parts.schemas.current,
    id,
    ...(email === undefined ? {} : { email: email.email }),
    ...(role === undefined ? {} : { role }),
    ...(isVerified === undefined ? {} : { verified: isVerified }),
  })
  return findAccount(transaction, id)!
}

/** The same for who has written the document already. */
export function changeAccountAlone(
  transaction: Transaction,
  { id, nowIso: now, changes }: { readonly id: string; readonly nowIso: string; readonly changes: AccountChanges },
): void {
  const { email, passwordHash } = changes
  if (email !== undefined) {
    const owner = findAccountByEmail(transaction, email)
    if (owner !== undefined && owner.id !== id) throw emailTaken()
  }
  if (!updateAccountRow(transaction, { id, nowIso: now, changes })) throw userNotFound()
  if (passwordHash !== undefined || email !== undefined) transaction.run(sqlQuery(endCodesSql, [id]))
}
