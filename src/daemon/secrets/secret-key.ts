import { hkdfSync, randomBytes } from "node:crypto"

import type { Logger } from "../../lib/logger.ts"
import { readKeys, unusableKeys, writeKeys } from "./key-file.ts"

/** Where the key of the secrets comes from. */
export interface SecretKeySource {
  /** `secret_key` of the configuration; null for the kept one. */
  readonly configured: string | null
  readonly keyFile: string
  readonly logger: Logger
}

const keyBytes = 32

/** The key that secrets are encrypted with: of `secret_key`, or of alyx.keys, where it is made the first time. */
export async function loadSecretKey(source: SecretKeySource): Promise<Uint8Array> {
  const text = source.configured ?? (await keptKey(source))
  return new Uint8Array(hkdfSync("sha256", text, "", "alyx secrets", keyBytes))
}

async function keptKey({ keyFile, logger }: SecretKeySource): Promise<string> {
  const kept = await readKeys(keyFile, logger)
  const { secret_key: key } = kept
  if (key === undefined) {
    const made = randomBytes(keyBytes).toString("base64url")
    await writeKeys(keyFile, { ...kept, secret_key: made })
    return made
  }
  if (typeof key === "string" && key.length >= 32) return key
  throw unusableKeys(keyFile, `its "secret_key" is no text of at least 32 characters`)
}
