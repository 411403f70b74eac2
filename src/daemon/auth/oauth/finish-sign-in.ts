import { alyxError, isAlyxError } from "../../../errors.ts"
import type { AuthParts, AuthRequest } from "../auth.ts"
import { writeAccounts } from "../auth.ts"
import { findCode, keepCode, readCode, useCode } from "../codes/one-time-codes.ts"
import { newSecret, secretHash } from "../secret-token.ts"
import { accountOfProfile } from "./account-of-profile.ts"
import { callbackUrl } from "./begin-sign-in.ts"
import type { AttemptData } from "./begin-sign-in.ts"
import { reasonOf } from "./error-reason.ts"
import type { ProviderProfile } from "./provider.ts"
import { SignInError } from "./sign-in-error.ts"
import type { SignInFailure } from "./sign-in-error.ts"

/** What came back from a provider through the browser. */
export interface ProviderAnswer {
  readonly provider: string
  /** `code`, `state`, or `error`: the query, or the form. */
  readonly members: URLSearchParams
  /** The secret that the browser kept for the sign-in with this state; null where it has none. */
  readonly secretOf: (state: string) => string | null
  readonly request: AuthRequest
}

/** What a client turns into tokens, or into a link once the password was proven. */
type Outcome = { readonly code: string; readonly error?: SignInFailure }

/**
 * Ends a sign-in at a provider; resolves with the address that the browser returns to. Tokens are never part of it: it
 * carries a code that works once, for a minute. Throws only where it is not known where to return to.
 */
export async function finishProviderSignIn(parts: AuthParts, answer: ProviderAnswer): Promise<string> {
  const { state, attempt } = await takeAttempt(parts, answer)
  const redirect = new URL(attempt.redirect)
  // What the app itself wrote there under these names would be taken for ours.
  for (const name of ["code", "error"]) redirect.searchParams.delete(name)
  try {
    const profile = await askProvider(parts, answer, { state, attempt })
    const { code, error } = await settle(parts, answer, profile)
    if (error !== undefined) redirect.searchParams.set("error", error)
    redirect.searchParams.set("code", code)
  } catch (error) {
    if (!(error instanceof SignInError)) throw error
    redirect.searchParams.set("error", error.failure)
    const facts = { provider: answer.provider, failure: error.failure, reason: reasonOf(error.cause) }
    if (error.failure === "provider_failed") parts.logger.warn("A sign-in through a provider failed.", facts)
    else parts.logger.debug("A sign-in through a provider did not come to an end.", facts)
  }
  return redirect.href
}

/** Finds the sign-in that this answer ends, and uses it up: the same answer a second time finds nothing. */
async function takeAttempt(
  { database, clock }: AuthParts,
  { provider, members, secretOf }: ProviderAnswer,
): Promise<{ readonly state: string; readonly attempt: AttemptData }> {
  const state = readState(members)
  const code = { code: state, purpose: "oauth_state", nowMs: clock.now() } as const
  const secret = secretOf(state)
  const mine = (data: AttemptData): boolean =>
    data.provider === provider && secret !== null && secretHash(secret) === data.browser
  try {
    const { data } = database.read((reader) => findCode(reader, code))
    // An answer in the wrong browser is somebody's attempt to sign others in to an account of their own.
    if (!mine(data as unknown as AttemptData)) throw alyxError("INVALID_CODE")
    await database.write((transaction) => useCode(transaction, code))
    return { state, attempt: data as unknown as AttemptData }
  } catch (error) {
    throw isAlyxError(error, "INVALID_CODE") ? unknownSignIn(error) : error
  }
}

function readState(members: URLSearchParams): string {
  try {
    return readCode(members.get("state"))
  } catch (error) {
    throw unknownSignIn(error)
  }
}

function unknownSignIn(cause: unknown): Error {
  return alyxError("OAUTH_FAILED", {
    message: "This browser did not begin this sign-in, or it took too long, or it was ended already.",
    next: "Begin again.",
    cause,
  })
}

async function askProvider(
  parts: AuthParts,
  { provider: name, members }: ProviderAnswer,
  { state, attempt }: { readonly state: string; readonly attempt: AttemptData },
): Promise<ProviderProfile> {
  if (members.get("error") === "access_denied") throw new SignInError("access_denied")
  try {
    const provider = parts.providers.require(name)
    const callback = callbackUrl(parts, provider)
    const answer = new URL(callback)
    answer.search = members.toString()
    const { nonce, verifier } = attempt
    return await provider.profile(answer, { callbackUrl: callback.href, state, nonce, verifier })
  } catch (error) {
    throw new SignInError("provider_failed", error)
  }
}

async function settle(
  parts: AuthParts,
  { provider, request: { caller } }: ProviderAnswer,
  profile: ProviderProfile,
): Promise<Outcome> {
  const nowMs = parts.clock.now()
  const code = newSecret()
  const found = await writeAccounts(parts, caller, (transaction) => {
    const settled = accountOfProfile(transaction, parts, { provider, profile, caller })
    const { id: userId, emailKey: address } = settled.account
    if (settled.kind === "needs-password") {
      const { subject, email, isEmailVerified } = profile
      const data = { provider, subject, email: email?.email ?? null, isEmailVerified, address }
      keepCode(transaction, code, { purpose: "oauth_link", userId, data, nowMs })
    } else keepCode(transaction, code, { purpose: "oauth_exchange", userId, nowMs })
    return settled
  })
  if (found.kind === "needs-password") return { code, error: "link_needs_password" }
  return { code }
}
