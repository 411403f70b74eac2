import { hash, randomBytes } from "node:crypto"

/** What a secret that we hand out is made of; 43 characters of base64url. */
const secretBytes = 32

/** Makes a secret that nobody can guess: refresh tokens, codes of links, API keys. */
export function newSecret(): string {
  return randomBytes(secretBytes).toString("base64url")
}

/** What is kept of a secret. Secrets are random, so a plain hash tells nothing of them. */
export function secretHash(secret: string): string {
  return hash("sha256", secret, "base64url")
}
