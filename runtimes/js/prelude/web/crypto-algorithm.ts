import { DOMException } from "./dom-exception.ts"
import type { KeyAlgorithm, KeyUsage } from "./crypto-key.ts"

/** The name of an algorithm, and what of its parameters is used. */
export interface Algorithm {
  readonly name: string
  readonly [parameter: string]: unknown
}

/** Each with the usages of its secret or private key, and of its public one. */
const known: Record<string, { readonly secret: readonly KeyUsage[]; readonly public: readonly KeyUsage[] | null }> = {
  HMAC: { secret: ["sign", "verify"], public: null },
  "AES-GCM": { secret: ["encrypt", "decrypt", "wrapKey", "unwrapKey"], public: null },
  ECDSA: { secret: ["sign"], public: ["verify"] },
  Ed25519: { secret: ["sign"], public: ["verify"] },
  "RSASSA-PKCS1-v1_5": { secret: ["sign"], public: ["verify"] },
  "RSA-PSS": { secret: ["sign"], public: ["verify"] },
  PBKDF2: { secret: ["deriveBits", "deriveKey"], public: null },
  HKDF: { secret: ["deriveBits", "deriveKey"], public: null },
}

const hashes = ["SHA-1", "SHA-256", "SHA-384", "SHA-512"]
const curves = ["P-256", "P-384"]

/** Reads what the platform takes as an algorithm: a name, in any case, or an object with one. */
export function readAlgorithm(value: unknown): Algorithm {
  const given = typeof value === "string" ? { name: value } : (value as { name?: unknown } | null)
  if (typeof given !== "object" || given === null || typeof given.name !== "string")
    throw new TypeError("An algorithm is a name, or an object with a name.")
  const { name: asked } = given
  const name = Object.keys(known).find((one) => one.toLowerCase() === asked.toLowerCase())
  if (name === undefined)
    throw new DOMException(
      `${asked} is not there: ${Object.keys(known).join(", ")} are, and SHA-1 to SHA-512 for digest.`,
      "NotSupportedError",
    )
  return { ...given, name }
}

export function readHash(value: unknown): string {
  const asked = typeof value === "string" ? value : (value as { name?: unknown } | null | undefined)?.name
  if (typeof asked !== "string") throw new TypeError('The hash is missing: give one as hash: "SHA-256".')
  const name = hashes.find((one) => one.toLowerCase() === asked.toLowerCase())
  if (name === undefined)
    throw new DOMException(`The hash ${asked} is not there: ${hashes.join(", ")} are.`, "NotSupportedError")
  return name
}

export function readCurve(value: unknown): string {
  if (typeof value !== "string") throw new TypeError('The curve is missing: give one as namedCurve: "P-256".')
  if (!curves.includes(value))
    throw new DOMException(`The curve ${value} is not there: ${curves.join(", ")} are.`, "NotSupportedError")
  return value
}

/** Fails for a usage that such a key cannot have. */
export function checkUsages(name: string, type: "secret" | "private" | "public", usages: readonly KeyUsage[]): void {
  const allowed = type === "public" ? known[name]?.public : known[name]?.secret
  const wrong = usages.find((usage) => allowed?.includes(usage) !== true)
  if (wrong !== undefined)
    throw new DOMException(`A ${type} key for ${name} cannot be used to ${wrong}.`, "SyntaxError")
  if (type !== "public" && usages.length === 0) throw new DOMException("A key needs at least one usage.", "SyntaxError")
}

/** The part of `known` that a public key keeps of what a pair was asked for. */
export function usagesOf(name: string, type: "private" | "public", usages: readonly KeyUsage[]): KeyUsage[] {
  const allowed = (type === "public" ? known[name]?.public : known[name]?.secret) ?? []
  return usages.filter((usage) => allowed.includes(usage))
}

/** How a key of this algorithm describes itself. */
export function keyAlgorithm(algorithm: Algorithm, bits: number | undefined): KeyAlgorithm {
  const { name } = algorithm
  switch (name) {
    case "HMAC":
      return { name, hash: { name: readHash(algorithm["hash"]) }, length: bits ?? 0 }
    case "AES-GCM":
      return { name, length: bits ?? 0 }
    case "ECDSA":
      return { name, namedCurve: readCurve(algorithm["namedCurve"]) }
    case "Ed25519":
    case "PBKDF2":
    case "HKDF":
      return { name }
    default:
      return {
        name,
        modulusLength: bits ?? 0,
        publicExponent: Uint8Array.of(1, 0, 1),
        hash: { name: readHash(algorithm["hash"]) },
      }
  }
}
