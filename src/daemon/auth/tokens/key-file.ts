import { randomBytes } from "node:crypto"

import { exportJWK, generateKeyPair } from "jose"

import type { Logger } from "../../../lib/logger.ts"
import { readKeys, unusableKeys, writeKeys } from "../../secrets/key-file.ts"

/** A private Ed25519 key (RFC 8037). */
export interface PrivateKey {
  readonly kty: "OKP"
  readonly crv: "Ed25519"
  readonly x: string
  readonly d: string
}

/** Reads the kept secret for HS256, base64url of 256 bits; the first time it is made. */
export async function keptSecret(file: string, logger: Logger): Promise<string> {
  const kept = await readKeys(file, logger)
  const { jwt_secret: secret } = kept
  if (secret === undefined) {
    const made = randomBytes(32).toString("base64url")
    await writeKeys(file, { ...kept, jwt_secret: made })
    return made
  }
  if (typeof secret === "string" && secret.length >= 32) return secret
  throw unusableKeys(file, `its "jwt_secret" is no text of at least 32 characters`)
}

/** Reads the kept key pair for EdDSA; the first time it is made. */
export async function keptPrivateKey(file: string, logger: Logger): Promise<PrivateKey> {
  const kept = await readKeys(file, logger)
  const key = kept["jwt_private_key"] as Partial<PrivateKey> | undefined
  if (key === undefined) {
    const pair = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true })
    const { x = "", d = "" } = await exportJWK(pair.privateKey)
    const made: PrivateKey = { kty: "OKP", crv: "Ed25519", x, d }
    await writeKeys(file, { ...kept, jwt_private_key: made })
    return made
  }
  const { kty, crv, x, d } = key ?? {}
  if (kty === "OKP" && crv === "Ed25519" && typeof x === "string" && typeof d === "string") return { kty, crv, x, d }
  throw unusableKeys(file, `its "jwt_private_key" is no private key for Ed25519`)
}
