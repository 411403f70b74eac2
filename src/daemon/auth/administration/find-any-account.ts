import { alyxError } from "../../../errors.ts"
import type { Reader } from "../../storage/database.ts"
import { findAccount, findAccountByEmail } from "../accounts.ts"
import type { Account } from "../accounts.ts"
import { parseEmailAddress } from "../email-address.ts"

/** Finds the account that an admin names, by its id or address; throws USER_NOT_FOUND. */
export function findAnyAccount(reader: Reader, idOrAddress: string): Account {
  const address = parseEmailAddress(idOrAddress)
  const account =
    findAccount(reader, idOrAddress) ?? (address === null ? undefined : findAccountByEmail(reader, address))
  if (account !== undefined) return account
  throw alyxError("USER_NOT_FOUND", {
    message: `There is no account with the id or address ${idOrAddress.slice(0, 254)}.`,
    next: "alyx auth users lists those that there are.",
  })
}
