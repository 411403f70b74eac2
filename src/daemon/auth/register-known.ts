import assert from "node:assert/strict"
import { randomBytes } from "node:crypto"

import { isAlyxError } from "../../errors.ts"
import { anonymous } from "../callers.ts"
import { sqlQuery } from "../storage/database.ts"
import { findAccountByEmail } from "./accounts.ts"
import type { AuthParts } from "./auth.ts"
import { parseEmailAddress } from "./email-address.ts"
import type { EmailAddress } from "./email-address.ts"
import { makeAccount } from "./make-account.ts"
import type { NewAccount } from "./make-account.ts"

/** Ends a transaction that was only to show what it would have come to. */
class TriedOut extends Error {}

/** A commit like that of a new account: its time is part of the answer's. */
const touchSql = `UPDATE "_alyx_users" SET email_key = email_key WHERE email_key = ?`

/**
 * What a registration does where accounts are hidden and the address is known: all that one with another address would
 * do, but for the account. Throws what that one would throw: else a value that is taken in another unique field, or a
 * reference to nothing, would tell one from the other.
 */
export async function registerKnown(parts: AuthParts, asked: NewAccount): Promise<void> {
  const { requestId } = asked.caller
  await parts.database
    .write(
      (transaction) => {
        makeAccount(transaction, parts, { ...asked, caller: admitted(asked.caller), address: another(asked.address) })
        throw new TriedOut()
      },
      { requestId },
    )
    .catch((error: unknown) => {
      // The address was made up: what a validation says of it is nobody's fault.
      if (!(error instanceof TriedOut) && !isAlyxError(error, "VALIDATION_ERROR")) throw error
    })
  const { key } = asked.address
  await parts.database.write((transaction) => transaction.run(sqlQuery(touchSql, [key])), { requestId })
  const known = parts.database.read((reader) => findAccountByEmail(reader, asked.address))
  if (known !== undefined) parts.mails.addressKnown(known)
}

/** Rules have let the caller with the true address: they are not asked again about the made-up one. */
function admitted(caller: NewAccount["caller"]): NewAccount["caller"] {
  return { ...caller, ...anonymous, isAdmin: true }
}

/** An address of the same domain that nobody has. */
function another({ email }: EmailAddress): EmailAddress {
  const name = randomBytes(8).toString("hex")
  const made = parseEmailAddress(name + email.slice(email.lastIndexOf("@")))
  assert(made !== null, "a name of letters and digits is valid wherever the address was")
  return made
}
