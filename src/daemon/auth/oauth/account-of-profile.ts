import { isAlyxError } from "../../../errors.ts"
import type { ErrorCode } from "../../../errors.ts"
import type { Caller } from "../../caller.ts"
import type { Schema } from "../../../schema/schema.ts"
import type { Transaction } from "../../storage/database.ts"
import { defaultRole, findAccount, findAccountByEmail } from "../accounts.ts"
import type { Account } from "../accounts.ts"
import { nowIso } from "../auth.ts"
import type { AuthParts } from "../auth.ts"
import { makeAccount } from "../make-account.ts"
import { accountIdOf, linkProvider } from "./provider-accounts.ts"
import type { ProviderProfile } from "./provider.ts"
import { SignInError } from "./sign-in-error.ts"
import type { SignInFailure } from "./sign-in-error.ts"

/** Whose account it is; or the one that must be proven to be the same person's. */
export type AccountOfProfile =
  | { readonly kind: "known" | "linked" | "made"; readonly account: Account }
  | { readonly kind: "needs-password"; readonly account: Account }

/**
 * Finds the account of who signed in at a provider, or makes one. One of the two sides must have proven the address, or
 * nothing is made or joined: else whoever comes first with the address of somebody else, here or there, would be let
 * into their account later. An address alone joins the two only when both have; otherwise the password must be proven.
 * That the password may have been chosen by somebody else is said where the address is proven: "This was not me" ends it.
 */
export function accountOfProfile(
  transaction: Transaction,
  parts: AuthParts,
  {
    provider,
    profile,
    caller,
  }: { readonly provider: string; readonly profile: ProviderProfile; readonly caller: Caller },
): AccountOfProfile {
  const { subject, email, isEmailVerified } = profile
  const there = { provider, subject, email: email?.email ?? null }
  const knownId = accountIdOf(transaction, there)
  if (knownId !== null) return { kind: "known", account: findAccount(transaction, knownId)! }
  if (email === null) throw new SignInError("email_missing")
  if (!isEmailVerified && parts.config().auth.hideAccounts) throw new SignInError("email_not_verified")
  const existing = findAccountByEmail(transaction, email)
  if (!isEmailVerified && existing?.isVerified !== true) throw new SignInError("email_not_verified")
  if (existing !== undefined && !(existing.isVerified && isEmailVerified)) {
    return { kind: "needs-password", account: existing }
  }
  const account = existing ?? register(transaction, parts, { profile, caller })
  linkProvider(transaction, there, { userId: account.id, isEmailVerified: true, nowIso: nowIso(parts) })
  return { kind: existing === undefined ? "made" : "linked", account }
}

function register(
  transaction: Transaction,
  parts: AuthParts,
  { profile, caller }: { readonly profile: ProviderProfile; readonly caller: Caller },
): Account {
  const { email, name } = profile
  const { collection } = parts.config().auth
  try {
    return makeAccount(transaction, parts, {
      caller,
      address: email!,
      passwordHash: null,
      role: defaultRole,
      isVerified: true,
      values: nameValues(parts.schemas.current, collection, name),
    })
  } catch (error) {
    const failure = isAlyxError(error) ? registrationFailures[error.code] : undefined
    throw failure === undefined ? error : new SignInError(failure, error)
  }
}

const registrationFailures: { readonly [code in ErrorCode]?: SignInFailure } = {
  FORBIDDEN: "registration_not_allowed",
  UNAUTHENTICATED: "registration_not_allowed",
  FORBIDDEN_FIELD: "registration_not_allowed",
  REGISTER_INSTEAD: "registration_not_allowed",
  VALIDATION_ERROR: "registration_needs_fields",
  UNIQUE_CONFLICT: "registration_needs_fields",
  REFERENCE_CONFLICT: "registration_needs_fields",
}

/** The name as the provider tells it, where the users collection has a text of that name for it. */
function nameValues(schema: Schema, collection: string, name: string | null): Readonly<Record<string, unknown>> {
  const field = schema.collections.get(collection)?.fields.get("name")
  if (name === null || field === undefined || (field.type !== "string" && field.type !== "text")) return {}
  return {
    name: [...new Intl.Segmenter().segment(name)]
      .slice(0, nameLengthMax)
      .map(({ segment }) => segment)
      .join(""),
  }
}

/** Longer names are cut. */
const nameLengthMax = 100
