import { alyxError } from "../../errors.ts"
import type { Identity } from "../caller.ts"
import { anonymous } from "../callers.ts"
import type { Database } from "../storage/database.ts"
import { identityOfAccount } from "./account-identities.ts"
import { findAccount, findAccountByEmail } from "./accounts.ts"
import { parseEmailAddress } from "./email-address.ts"
import { findKey, keyNotFound } from "./keys/find-key.ts"
import { identityOfKey } from "./keys/key-identities.ts"

/** Who somebody would be: `anonymous`, the id or address of an account, or `key:` with the id or name of an API key. */
export function findIdentity(database: Pick<Database, "read">, who: string): Identity {
  if (who === "anonymous") return anonymous
  if (who.startsWith("key:")) return keyIdentity(database, who.slice("key:".length))
  const address = parseEmailAddress(who)
  const account = database.read((reader) =>
    address === null ? findAccount(reader, who) : findAccountByEmail(reader, address),
  )
  if (account !== undefined) return identityOfAccount(account, "")
  throw alyxError("USER_NOT_FOUND", {
    message: `There is no account with the ${address === null ? "id" : "address"} ${who.slice(0, 254)}.`,
    next: "Name an account by its id or address, an API key as key:<name>, or say anonymous. alyx auth users lists them.",
  })
}

function keyIdentity(database: Pick<Database, "read">, idOrName: string): Identity {
  const row = database.read((reader) => findKey(reader, idOrName))
  if (row === undefined) throw keyNotFound(idOrName)
  return identityOfKey(row)
}
