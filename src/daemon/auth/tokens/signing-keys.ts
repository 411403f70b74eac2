import { exportJWK, importJWK } from "jose"
import type { CryptoKey, JWK } from "jose"

import type { Logger } from "../../../lib/logger.ts"
import type { Config } from "../../../project/options.ts"
import { secretHash } from "../secret-token.ts"
import { keptPrivateKey, keptSecret } from "./key-file.ts"

/** What tokens are signed and verified with. Both are pinned to the algorithm: no other one is ever tried. */
export interface SigningKeys {
  readonly algorithm: "HS256" | "EdDSA"
  readonly signingKey: CryptoKey
  readonly verifyingKey: CryptoKey
  /** Names the key in the head of a token; null for a secret. */
  readonly keyId: string | null
  /** What others verify tokens with; null where that would be the secret. */
  readonly publicKey: JWK | null
}

/** Where the keys come from. */
export interface KeySource {
  readonly jwt: Pick<Config["auth"]["jwt"], "algorithm" | "secret">
  readonly keyFile: string
  readonly logger: Logger
}

/** Takes the configured secret, or the kept one, or the kept key pair; what is not kept yet is made. */
export async function loadSigningKeys({ jwt, keyFile, logger }: KeySource): Promise<SigningKeys> {
  if (jwt.algorithm === "eddsa") return edKeys(keyFile, logger)
  const secret = new TextEncoder().encode(jwt.secret ?? (await keptSecret(keyFile, logger)))
  const hmac = { name: "HMAC", hash: "SHA-256" }
  const key = await crypto.subtle.importKey("raw", secret, hmac, false, ["sign", "verify"])
  return { algorithm: "HS256", signingKey: key, verifyingKey: key, keyId: null, publicKey: null }
}

async function edKeys(keyFile: string, logger: Logger): Promise<SigningKeys> {
  const { kty, crv, x, d } = await keptPrivateKey(keyFile, logger)
  const signingKey = await importJWK({ kty, crv, x, d }, "EdDSA")
  const verifyingKey = await importJWK({ kty, crv, x }, "EdDSA", { extractable: true })
  const keyId = secretHash(x)
  const publicKey = { ...(await exportJWK(verifyingKey)), use: "sig", alg: "EdDSA", kid: keyId }
  return { algorithm: "EdDSA", signingKey, verifyingKey, keyId, publicKey }
}
