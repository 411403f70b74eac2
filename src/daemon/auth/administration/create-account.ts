import { defaultRole } from "../accounts.ts"
import type { Account } from "../accounts.ts"
import { writeAccounts } from "../auth.ts"
import type { AuthParts } from "../auth.ts"
import type { Caller } from "../../caller.ts"
import type { EmailAddress } from "../email-address.ts"
import { makeAccount } from "../make-account.ts"
import { requireGoodPassword } from "../new-password.ts"

/** The account that an admin makes for somebody. */
export interface AccountToMake {
  readonly caller: Caller
  readonly address: EmailAddress
  /** Undefined for none: the person sets one by a link. */
  readonly password: unknown
  readonly role: string | undefined
  readonly isVerified: boolean | undefined
  /** The other fields of the users collection. */
  readonly values: Readonly<Record<string, unknown>>
}

/** Makes an account with its document. Nobody is signed in, and no mail is sent. */
export async function createAccount(parts: AuthParts, wanted: AccountToMake): Promise<Account> {
  const { caller, address, role = defaultRole, isVerified = false, values } = wanted
  const password =
    wanted.password === undefined ? null : requireGoodPassword(parts, { name: "password", password: wanted.password })
  const passwordHash = password === null ? null : await parts.passwords.hash(password)
  return writeAccounts(parts, caller, (transaction) =>
    makeAccount(transaction, parts, { caller, address, passwordHash, role, isVerified, values }),
  )
}
