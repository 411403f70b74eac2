import { alyxError } from "../../errors.ts"
import type { Identity } from "../caller.ts"
import { anonymous } from "../callers.ts"
import type { Database } from "../storage/database.ts"
import { systemTables } from "../storage/system-tables.ts"
import { identityOfAccount } from "./account-identities.ts"
import { findAccount, findAccountByEmail } from "./accounts.ts"
import { parseEmailAddress } from "./email-address.ts"
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
  const query = systemTables
    .selectFrom("_alyx_api_keys")
    .selectAll()
    .where((where) => where.or([where("id", "=", idOrName), where("name", "=", idOrName)]))
    .compile()
  const row = database.read((reader) => reader.get(query))
  if (row !== undefined) return identityOfKey(row)
  throw alyxError("KEY_NOT_FOUND", {
    message: `There is no API key with the id or name ${idOrName.slice(0, 100)}.`,
    next: "alyx auth key list shows those that there are.",
  })
}
