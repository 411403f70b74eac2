import type { AccountView, AuthUser } from "../../protocol/auth-api.ts"
import type { Caller } from "../caller.ts"
import { accountView } from "./accounts.ts"
import type { Account } from "./accounts.ts"
import type { AuthParts } from "./auth.ts"

/**
 * The account with what its owner may read of its document. What the account says wins over fields of the same name,
 * but for the times: one person has one `updated_at`, which is that of the document where it tells.
 */
export function userOf(
  { database, schemas, documents }: Pick<AuthParts, "database" | "schemas" | "documents">,
  { account, caller }: { readonly account: Account; readonly caller: Caller },
): AuthUser {
  const asked = { schema: schemas.current, id: account.id, caller }
  const document = database.read((reader) => documents.read(reader, asked))
  const view = accountView(account)
  return { ...document, ...view, ...timesOf(document) }
}

function timesOf(document: Readonly<Record<string, unknown>> | null): Partial<AccountView> {
  const { created_at: createdAt, updated_at: updatedAt } = document ?? {}
  return {
    ...(typeof createdAt === "string" ? { created_at: createdAt } : {}),
    ...(typeof updatedAt === "string" ? { updated_at: updatedAt } : {}),
  }
}
