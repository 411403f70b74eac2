import { newSecret, secretHash } from "../secret-token.ts"

/** What the secrets of API keys begin with, so that scanners of source code find them, and no other token does. */
export const keyPrefix = "alyx_"

/** The prefix and 256 random bits in base64url. */
const keySecret = /^alyx_[\w-]{43}$/

/** Makes the secret of a new key. It is shown once and kept nowhere. */
export function makeKeySecret(): string {
  return keyPrefix + newSecret()
}

/** What is kept of a secret; null when the text is none. With 256 random bits a slow hash would protect nothing more. */
export function keyHash(secret: string): string | null {
  return keySecret.test(secret) ? secretHash(secret) : null
}
