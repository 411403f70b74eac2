import { hash, randomBytes } from "node:crypto"

/** What the secrets of API keys begin with, so that scanners of source code find them, and no other token does. */
export const keyPrefix = "alyx_"

/** The prefix and 256 random bits in base64url. */
const keySecret = /^alyx_[\w-]{43}$/

/** Makes the secret of a new key. It is shown once and kept nowhere. */
export function makeKeySecret(): string {
  return keyPrefix + randomBytes(32).toString("base64url")
}

/** True for tokens that can only be the secret of an API key, well formed or not. */
export function isKeyToken(token: string): boolean {
  return token.startsWith(keyPrefix)
}

/** What is kept of a secret; null when the text is none. With 256 random bits a slow hash would protect nothing more. */
export function keyHash(secret: string): string | null {
  return keySecret.test(secret) ? hash("sha256", secret, "base64url") : null
}
