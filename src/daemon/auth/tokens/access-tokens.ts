import { errors, jwtVerify, SignJWT } from "jose"
import type { JWK } from "jose"

import { alyxError } from "../../../errors.ts"
import { BoundedCache } from "../../../lib/bounded-cache.ts"
import type { Clock } from "../../../lib/clock.ts"
import type { Config } from "../../../project/options.ts"
import { secretHash } from "../secret-token.ts"
import type { SigningKeys } from "./signing-keys.ts"

/** RFC 9068: a token for access and for nothing else. */
const tokenType = "at+jwt"

/** Tokens that were verified lately; more cost a verification again, about 20 µs. */
const verifiedMax = 20_000

/** A signed token is some 300 characters. */
const tokenLengthMax = 2_048

/** What a token of ours says. */
export interface VerifiedToken {
  readonly accountId: string
  readonly sessionId: string
  readonly expiresAtMs: number
}

/** What access tokens are made by. */
export interface AccessTokensOptions {
  readonly jwt: () => Config["auth"]["jwt"]
  readonly clock: Clock
  /** Asked once, when the first token is signed or verified. */
  readonly loadKeys: () => Promise<SigningKeys>
}

/**
 * Signs access tokens and verifies them. A token proves who signed in and when; whether the session still lives, and
 * what the account may, is looked up at each request.
 */
export class AccessTokens {
  readonly #jwt: AccessTokensOptions["jwt"]
  readonly #clock: Clock
  readonly #loadKeys: AccessTokensOptions["loadKeys"]
  /** By the hash of the token, so that no token is kept. */
  readonly #verified = new BoundedCache<VerifiedToken>({ sizeMax: verifiedMax, keyLengthMax: 64 })
  #keys: Promise<SigningKeys> | undefined

  constructor({ jwt, clock, loadKeys }: AccessTokensOptions) {
    this.#jwt = jwt
    this.#clock = clock
    this.#loadKeys = loadKeys
  }

  /** Loads the keys, so that what is wrong with them shows at the start. */
  async start(): Promise<void> {
    await this.#ready()
  }

  /** Signs a token for a session. */
  async sign({ accountId, sessionId }: { readonly accountId: string; readonly sessionId: string }) {
    const { algorithm, signingKey, keyId } = await this.#ready()
    const { accessTtlMs, issuer, audience } = this.#jwt()
    const issuedAt = Math.floor(this.#clock.now() / 1_000)
    const expiresInSeconds = Math.max(1, Math.floor(accessTtlMs / 1_000))
    const token = await new SignJWT({ sid: sessionId })
      .setProtectedHeader({ alg: algorithm, typ: tokenType, ...(keyId === null ? {} : { kid: keyId }) })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(accountId)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + expiresInSeconds)
      .sign(signingKey)
    return { token, expiresInSeconds }
  }

  /** What a token says, at once where it was verified lately. Throws INVALID_TOKEN, or rejects with it. */
  verify(token: string): VerifiedToken | Promise<VerifiedToken> {
    if (token.length > tokenLengthMax) throw notOurs()
    const key = secretHash(token)
    const known = this.#verified.peek(key)
    return known === undefined ? this.#verify(token, key) : this.#requireCurrent(known)
  }

  /** The public half of the key, for others to verify tokens with; null where there is none. */
  async publicKeys(): Promise<readonly JWK[] | null> {
    const { publicKey } = await this.#ready()
    return publicKey === null ? null : [publicKey]
  }

  async #verify(token: string, key: string): Promise<VerifiedToken> {
    const { algorithm, verifyingKey } = await this.#ready()
    const { issuer, audience } = this.#jwt()
    const { payload } = await jwtVerify(token, verifyingKey, {
      algorithms: [algorithm],
      typ: tokenType,
      issuer,
      audience,
      currentDate: new Date(this.#clock.now()),
      requiredClaims: ["sub", "sid", "iat", "exp"],
    }).catch((error: unknown) => {
      throw refusal(error)
    })
    const { sub: accountId, sid: sessionId, exp } = payload
    if (accountId === undefined || typeof sessionId !== "string" || exp === undefined) throw notOurs()
    const verified = { accountId, sessionId, expiresAtMs: exp * 1_000 }
    this.#verified.set(key, verified)
    return verified
  }

  #requireCurrent(token: VerifiedToken): VerifiedToken {
    if (this.#clock.now() < token.expiresAtMs) return token
    throw expired()
  }

  #ready(): Promise<SigningKeys> {
    this.#keys ??= this.#loadKeys()
    return this.#keys
  }
}

/** What is no fault of the token comes back as it is. */
function refusal(error: unknown): unknown {
  if (error instanceof errors.JWTExpired) return expired()
  return error instanceof errors.JOSEError ? notOurs() : error
}

function notOurs(): Error {
  return invalidToken("The token is none of this server.")
}

function expired(): Error {
  return invalidToken("The token has expired.", "Get a new one at POST /api/auth/refresh.")
}

/** Never says more than that it is not valid: the details of a forged token are of use to its maker alone. */
export function invalidToken(message: string, next = "Sign in at POST /api/auth/login."): Error {
  return alyxError("INVALID_TOKEN", { message, next })
}
