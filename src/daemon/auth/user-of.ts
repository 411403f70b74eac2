import type { AuthUser } from "../../protocol/auth-api.ts"
import type { Caller } from "../caller.ts"
import { accountView } from "./accounts.ts"
import type { Account } from "./accounts.ts"
import type { AuthParts } from "./auth.ts"

/** The account with what its owner may read of its document. What the account says wins over fields of the same name. */
export function userOf(
  { database, schemas, documents }: Pick<AuthParts, "database" | "schemas" | "documents">,
  { account, caller }: { readonly account: Account; readonly caller: Caller },
): AuthUser {
  const asked = { schema: schemas.current, id: account.id, caller }
  const document = database.read((reader) => documents.read(reader, asked))
  return { ...document, ...accountView(account) }
}
