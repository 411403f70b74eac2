import { alyxError, isAlyxError } from "../../../errors.ts"
import type { SignedInResponse } from "../../../protocol/auth-api.ts"
import type { Transaction } from "../../storage/database.ts"
import { findAccount } from "../accounts.ts"
import { nowIso, writeAccounts } from "../auth.ts"
import type { AuthParts, AuthRequest } from "../auth.ts"
import { beginSession, signedInAnswer } from "../begin-session.ts"
import { changeAccount } from "../change-account.ts"
import { findCode, readCode, useCode } from "../codes/one-time-codes.ts"
import type { FoundCode } from "../codes/one-time-codes.ts"
import { accountOfCode } from "../addresses/verify-address.ts"
import { invalidCredentials, provenAccount } from "../sign-in.ts"
import { accountIdOf, linkProvider } from "./provider-accounts.ts"

/** Turns the code that came back from a sign-in through a provider into tokens, once. */
export async function exchangeCode(
  parts: AuthParts,
  request: AuthRequest<{ readonly code: unknown }>,
): Promise<SignedInResponse> {
  const { caller, body } = request
  const code = readCode(body.code)
  const signedIn = await writeAccounts(parts, caller, (transaction) => {
    const { userId } = useExchangeCode(transaction, { code, nowMs: parts.clock.now() })
    const account = userId === null ? undefined : findAccount(transaction, userId)
    if (account === undefined) throw alyxError("INVALID_CODE")
    return { account, session: beginSession(transaction, parts, { accountId: account.id, request }) }
  })
  return signedInAnswer(parts, { ...signedIn, caller })
}

/** Uses the code up; one that waits for a password is said to be that, and stays. */
function useExchangeCode(
  transaction: Transaction,
  { code, nowMs }: { readonly code: string; readonly nowMs: number },
): FoundCode {
  try {
    return useCode(transaction, { code, purpose: "oauth_exchange", nowMs })
  } catch (error) {
    if (!isAlyxError(error, "INVALID_CODE")) throw error
    findCode(transaction, { code, purpose: "oauth_link", nowMs })
    throw alyxError("LINK_NEEDS_PASSWORD", { next: "Send the code with the password to POST /api/auth/oauth/link." })
  }
}

/** What a code remembers that waits for a password. */
interface LinkData {
  readonly provider: string
  readonly subject: string
  readonly email: string | null
  readonly isEmailVerified: boolean
}

/**
 * Links a provider to the account that has the same address, for who knows its password; and signs in. Where the
 * provider has proven the address, it is proven here as well from now on. A wrong password leaves the code as it is.
 */
export async function linkWithPassword(
  parts: AuthParts,
  request: AuthRequest<{ readonly code: unknown; readonly password: string }>,
): Promise<SignedInResponse> {
  const { caller, body } = request
  const wanted = { code: readCode(body.code), purpose: "oauth_link", nowMs: parts.clock.now() } as const
  const known = parts.database.read((reader) => accountOfCode(reader, findCode(reader, wanted)))
  parts.limits.login.require({ caller, account: known.emailKey })
  const proven = await provenAccount(parts, { account: known, password: body.password })
  const signedIn = await writeAccounts(parts, caller, (transaction) => {
    const found = useCode(transaction, wanted)
    const account = accountOfCode(transaction, found)
    // It may have changed while the hash was computed.
    if (account.passwordHash !== proven.account.passwordHash) throw invalidCredentials()
    const { provider, subject, email, isEmailVerified } = linkDataOf(found)
    // An admin may have changed the account meanwhile.
    if (!isEmailVerified && !account.isVerified) throw alyxError("INVALID_CODE")
    const there = { provider, subject, email }
    const owner = accountIdOf(transaction, there)
    if (owner !== null && owner !== account.id)
      throw alyxError("CONFLICT", { message: "The provider is linked to another account." })
    if (owner === null) {
      linkProvider(transaction, there, { userId: account.id, isEmailVerified, nowIso: nowIso(parts) })
    }
    const proves = isEmailVerified && !account.isVerified
    const changed = proves
      ? changeAccount(transaction, parts, { id: account.id, changes: { isVerified: true } })
      : account
    return { account: changed, session: beginSession(transaction, parts, { accountId: account.id, request }) }
  })
  parts.limits.login.succeeded({ caller, account: known.emailKey })
  return signedInAnswer(parts, { ...signedIn, caller })
}

function linkDataOf({ data }: FoundCode): LinkData {
  return data as unknown as LinkData
}
