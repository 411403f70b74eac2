import { alyxError } from "../../../errors.ts"
import type { Caller } from "../../caller.ts"
import { writeAccounts } from "../auth.ts"
import type { AuthParts } from "../auth.ts"
import { requireAccount } from "../require-account.ts"
import { linkedProviders, unlinkProvider } from "./provider-accounts.ts"

/** Ends the sign-in through a provider for the caller's account, unless it would be left without any way to sign in. */
export async function endProviderLink(
  parts: AuthParts,
  { caller, provider }: { readonly caller: Caller; readonly provider: string },
): Promise<void> {
  await writeAccounts(parts, caller, (transaction) => {
    const account = requireAccount(transaction, caller)
    const linked = linkedProviders(transaction, account.id)
    if (!linked.includes(provider)) {
      throw alyxError("PROVIDER_NOT_FOUND", { message: "The account is not linked to this provider." })
    }
    if (account.passwordHash === null && linked.length === 1) {
      throw alyxError("CONFLICT", {
        message: "This is the only way to sign in to the account.",
        next: "Set a password first: POST /api/auth/reset sends a link.",
      })
    }
    unlinkProvider(transaction, { userId: account.id, provider })
  })
}
