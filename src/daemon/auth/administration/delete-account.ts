import type { Caller } from "../../caller.ts"
import type { Account } from "../accounts.ts"
import { writeAccounts } from "../auth.ts"
import type { AuthParts } from "../auth.ts"
import { endAccount } from "../end-account.ts"
import { findAnyAccount } from "./find-any-account.ts"
import { requireOtherAdmin } from "./last-admin.ts"

/** Ends an account, its sessions and its document, with what that cascades to. */
export async function deleteAccount(
  parts: AuthParts,
  { caller, idOrAddress }: { readonly caller: Caller; readonly idOrAddress: string },
): Promise<Account> {
  return writeAccounts(parts, caller, (transaction) => {
    const account = findAnyAccount(transaction, idOrAddress)
    requireOtherAdmin(transaction, { account, caller })
    endAccount(transaction, parts, { id: account.id, caller })
    return account
  })
}
