import { refuse } from "./crypto-refusal.ts"

/** Names that a guest may ask for, and Node's. */
const digests: Record<string, string> = {
  "SHA-1": "sha1",
  "SHA-256": "sha256",
  "SHA-384": "sha384",
  "SHA-512": "sha512",
  MD5: "md5",
}

/** What Node calls a hash. */
export function hashName(name: unknown): string {
  const hash = typeof name === "string" && Object.hasOwn(digests, name) ? digests[name] : undefined
  if (hash === undefined) throw refuse("NotSupportedError", `The hash ${String(name)} is not there.`)
  return hash
}
