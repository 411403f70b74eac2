import { alyxError } from "../../../errors.ts"
import { sqlQuery } from "../../storage/database.ts"
import type { Transaction } from "../../storage/database.ts"
import type { AuthParts } from "../auth.ts"
import { codeLifetimesMs, keepCode } from "../codes/one-time-codes.ts"
import { publicUrl } from "../mail/links.ts"
import { newSecret, secretHash } from "../secret-token.ts"
import { reasonOf } from "./error-reason.ts"
import type { OAuthProvider } from "./provider.ts"
import { requireAllowedRedirect } from "./redirects.ts"

/** Sign-ins through providers that may be under way at once; more are refused until some end or expire. */
const attemptCountMax = 10_000

/** What is kept of a sign-in that is under way. */
export interface AttemptData {
  readonly provider: string
  readonly redirect: string
  readonly nonce: string
  readonly verifier: string
  /** The hash of the secret that the browser keeps, so that who began a sign-in is who ends it. */
  readonly browser: string
}

/** Where the browser goes, and the cookie that it takes along. */
export interface BegunSignIn {
  readonly location: string
  readonly cookie: string
}

/** Sends somebody to a provider. */
export async function beginProviderSignIn(
  parts: AuthParts,
  { provider: name, redirect }: { readonly provider: string; readonly redirect: string | undefined },
): Promise<BegunSignIn> {
  const provider = parts.providers.require(name)
  const allowed = requireAllowedRedirect(redirect, parts.config().auth.redirects)
  const callback = callbackUrl(parts, provider)
  requireCookies(provider, callback)
  const state = newSecret()
  const secret = newSecret()
  const attempt = { state, nonce: newSecret(), verifier: newSecret(), callbackUrl: callback.href }
  const location = await provider.authorizationUrl(attempt).catch((cause: unknown) => {
    parts.logger.warn("A provider cannot be reached.", { provider: name, reason: reasonOf(cause) })
    throw unreachable(cause)
  })
  const { nonce, verifier } = attempt
  const data: AttemptData = { provider: name, redirect: allowed.href, nonce, verifier, browser: secretHash(secret) }
  const nowMs = parts.clock.now()
  await parts.database.write((transaction) => {
    makeRoom(transaction, nowMs)
    keepCode(transaction, state, { purpose: "oauth_state", userId: null, data: { ...data }, nowMs })
  })
  return { location: location.href, cookie: cookieOf({ provider, callback, state, secret }) }
}

/** Where a provider sends the browser back to; it must be written there in its list of allowed addresses. */
export function callbackUrl(parts: AuthParts, { name }: Pick<OAuthProvider, "name">): URL {
  return publicUrl(parts, `/api/auth/oauth/${name}/callback`)
}

/**
 * The name of the cookie of a sign-in: of its own, so that two tabs do not meet. Where the address is https, no other
 * host may set it.
 */
export function cookieName(callback: URL, state: string): string {
  return `${callback.protocol === "https:" ? "__Host-" : ""}alyx-oauth-${secretHash(state).slice(0, 16)}`
}

function cookieOf({
  provider,
  callback,
  state,
  secret,
}: {
  readonly provider: OAuthProvider
  readonly callback: URL
  readonly state: string
  readonly secret: string
}): string {
  const isSecure = callback.protocol === "https:"
  return [
    `${cookieName(callback, state)}=${secret}`,
    "Path=/",
    `Max-Age=${codeLifetimesMs.oauth_state / 1_000}`,
    "HttpOnly",
    // A form of another site brings only cookies that say None.
    `SameSite=${provider.answersBy === "form_post" ? "None" : "Lax"}`,
    ...(isSecure ? ["Secure"] : []),
  ].join("; ")
}

function requireCookies({ name, answersBy }: OAuthProvider, callback: URL): void {
  if (answersBy === "query" || callback.protocol === "https:") return
  throw alyxError("OAUTH_FAILED", {
    message: `${name} answers to https:// addresses only.`,
    next: "Set server.public_url to the address that people reach this server by.",
  })
}

function makeRoom(transaction: Transaction, nowMs: number): void {
  const now = new Date(nowMs).toISOString()
  const under = "user_id IS NULL AND purpose = 'oauth_state'"
  const { count } = transaction.get<{ count: number }>(
    sqlQuery(`SELECT count(*) AS count FROM _alyx_auth_codes WHERE ${under}`),
  )!
  if (count < attemptCountMax) return
  const { changes } = transaction.run(
    sqlQuery(`DELETE FROM _alyx_auth_codes WHERE ${under} AND expires_at <= ?`, [now]),
  )
  if (changes > 0) return
  throw alyxError("OVERLOADED", {
    message: "Too many sign-ins through providers are under way.",
    retryAfterSeconds: 60,
  })
}

/** The issuer could not be asked what its addresses are. */
function unreachable(cause: unknown): Error {
  return alyxError("OAUTH_FAILED", {
    message: "The provider cannot be reached, or is not set up as it should be.",
    next: "Try again in a moment. The log has the reason.",
    cause,
  })
}
