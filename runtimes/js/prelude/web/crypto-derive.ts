import { askCrypto } from "./ask-crypto.ts"
import { bytesOf, isBytesLike } from "./bytes-of.ts"
import { type Algorithm, readHash } from "./crypto-algorithm.ts"
import { requireUsage } from "./crypto-key.ts"
import { DOMException } from "./dom-exception.ts"

/** Bits of an HMAC key that nobody gave a length: the block of its hash. */
const blockBits: Record<string, number> = { "SHA-1": 512, "SHA-256": 512, "SHA-384": 1024, "SHA-512": 1024 }

/** Bytes out of a password or of another secret: PBKDF2 or HKDF, as the host computes them. */
export function deriveBytes(
  algorithm: Algorithm,
  key: unknown,
  wish: { readonly usage: "deriveBits" | "deriveKey"; readonly bits: unknown },
): Uint8Array {
  const { name } = algorithm
  if (name !== "PBKDF2" && name !== "HKDF")
    throw new DOMException(`${name} does not derive: PBKDF2 and HKDF do.`, "NotSupportedError")
  const { material } = requireUsage(key, wish.usage, name)
  if (typeof wish.bits !== "number" || wish.bits % 8 !== 0)
    throw new DOMException("The length is a number of bits that makes whole bytes.", "OperationError")
  const asked = { name, hash: readHash(algorithm["hash"]), bits: wish.bits, iterations: algorithm["iterations"] }
  const info = name === "HKDF" ? parameterBytes(name, "info", algorithm["info"]) : new Uint8Array(0)
  const question = { action: "derive", algorithm: asked, key: material }
  return askCrypto(question, parameterBytes(name, "salt", algorithm["salt"]), info).body
}

/** How many bits a key of this algorithm is made of. */
export function derivedBits(algorithm: Algorithm): number {
  if (algorithm.name === "HMAC" && algorithm["length"] === undefined)
    return blockBits[readHash(algorithm["hash"])] ?? 512
  return Number(algorithm["length"])
}

function parameterBytes(name: string, parameter: string, value: unknown): Uint8Array {
  if (!isBytesLike(value)) throw new TypeError(`${name} needs ${parameter} as an ArrayBuffer or a view of one.`)
  return bytesOf(value)
}
