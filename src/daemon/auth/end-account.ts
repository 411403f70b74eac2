import type { Caller } from "../caller.ts"
import type { Transaction } from "../storage/database.ts"
import { deleteAccountRow } from "./accounts.ts"
import type { AuthParts } from "./auth.ts"
import { userNotFound } from "./user-not-found.ts"

/**
 * Ends an account with its sessions, tokens and codes, and its document with what that cascades to. Whoever calls it
 * nudges `accounts` after the commit (writeAccounts).
 */
export function endAccount(
  transaction: Transaction,
  { schemas, documents }: Pick<AuthParts, "schemas" | "documents">,
  { id, caller }: { readonly id: string; readonly caller: Caller },
): void {
  if (!deleteAccountRow(transaction, id)) throw userNotFound()
  documents.remove(transaction, { schema: schemas.current, id, caller })
}
