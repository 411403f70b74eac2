import type { JsonValue } from "../../../schema/schema.ts"
import type { Caller } from "../../caller.ts"
import type { Account } from "../accounts.ts"
import { adminRole } from "../accounts.ts"
import { writeAccounts } from "../auth.ts"
import type { AuthParts } from "../auth.ts"
import { changeAccount } from "../change-account.ts"
import type { EmailAddress } from "../email-address.ts"
import { endSessions } from "../end-sessions.ts"
import { requireGoodPassword } from "../new-password.ts"
import { unlinkProviders } from "../oauth/provider-accounts.ts"
import { findAnyAccount } from "./find-any-account.ts"
import { requireOtherAdmin } from "./last-admin.ts"

/** What an admin changes of an account; what is undefined stays. */
export interface AccountUpdate {
  readonly email: EmailAddress | undefined
  readonly role: string | undefined
  /** Undefined with another address is false. */
  readonly isVerified: boolean | undefined
  readonly metadata: Readonly<Record<string, JsonValue>> | undefined
  readonly password: unknown
}

/** Changes an account; a new password ends its sessions. Everything acts with the next request of that account. */
export async function updateAccount(
  parts: AuthParts,
  {
    caller,
    idOrAddress,
    update,
  }: { readonly caller: Caller; readonly idOrAddress: string; readonly update: AccountUpdate },
): Promise<Account> {
  const { email, role, metadata, password } = update
  const good = password === undefined ? undefined : requireGoodPassword(parts, { name: "password", password })
  const passwordHash = good === undefined ? undefined : await parts.passwords.hash(good)
  return writeAccounts(parts, caller, (transaction) => {
    const account = findAnyAccount(transaction, idOrAddress)
    if (role !== undefined && role !== adminRole) requireOtherAdmin(transaction, { account, caller })
    if (passwordHash !== undefined) endSessions(transaction, { accountId: account.id, except: null })
    // Whose providers they are is not known: the new password is for the person that the admin knows.
    if (passwordHash !== undefined && !account.isVerified) unlinkProviders(transaction, account.id)
    // Nobody has proven the new address.
    const isMoved = email !== undefined && email.key !== account.emailKey
    const isVerified = update.isVerified ?? (isMoved ? false : undefined)
    const changes = withoutUndefined({ email, role, isVerified, metadata, passwordHash })
    return changeAccount(transaction, parts, { id: account.id, changes })
  })
}

function withoutUndefined<T extends object>(members: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [Name in keyof T]?: Exclude<T[Name], undefined>
  }
}
