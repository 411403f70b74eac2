import { type KeyObject, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from "node:crypto"
import { refuse } from "./crypto-refusal.ts"

/** Keys of guests, as they travel: RFC 7517, checked whenever one comes in. */

type Jwk = Record<string, unknown>

const secretBytesMax = 1024
const secretNames: readonly unknown[] = ["HMAC", "AES-GCM", "PBKDF2", "HKDF"]
const rsaBitsMax = 4096
/** Exponents are small; with a large one a signature is verified as slowly as one is made. */
const rsaExponentBytesMax = 8
/** Of a key in DER: more than twice what the largest one has. */
const derBytesMax = 8 * 1024

/** Bits of an HMAC key that nobody gave a length: the block of its hash. */
const hmacBits: Record<string, number> = { "SHA-1": 512, "SHA-256": 512, "SHA-384": 1024, "SHA-512": 1024 }

/** Members of a key, by kind; others are left behind. */
const members = {
  EC: ["kty", "crv", "x", "y", "d"],
  OKP: ["kty", "crv", "x", "d"],
  RSA: ["kty", "n", "e", "d", "p", "q", "dp", "dq", "qi"],
} as const

/** The bytes of a secret key. */
export function secretOf(key: Jwk): Buffer {
  const { kty, k } = key
  if (kty !== "oct" || typeof k !== "string" || !/^[A-Za-z0-9_-]*$/.test(k))
    throw refuse("DataError", "This is not a secret key.")
  return Buffer.from(k, "base64url")
}

export function privateKeyOf(key: Jwk): KeyObject {
  requireBounded(key)
  return orRefuse(() => createPrivateKey({ key: key, format: "jwk" }))
}

/** Of a private key its public half. */
export function publicKeyOf(key: Jwk): KeyObject {
  requireBounded(key)
  return orRefuse(() => createPublicKey({ key: key, format: "jwk" }))
}

/** A key comes with every operation, and OpenSSL, once it computes, cannot be stopped: the size is looked at before. */
function requireBounded(key: Jwk): void {
  if (key["kty"] !== "RSA") return
  const bytesOf = (name: string): number => {
    const value = key[name]
    return typeof value === "string" ? Math.floor((value.length * 3) / 4) : 0
  }
  if (members.RSA.some((name) => name !== "kty" && bytesOf(name) > rsaBitsMax / 8)) throw tooManyBits()
  if (bytesOf("e") > rsaExponentBytesMax)
    throw refuse("DataError", `The public exponent of an RSA key has at most ${rsaExponentBytesMax} bytes.`)
}

function tooManyBits(): Error {
  return refuse("DataError", `An RSA key has at most ${rsaBitsMax} bits.`)
}

function orRefuse(make: () => KeyObject): KeyObject {
  try {
    return make()
  } catch {
    throw refuse("DataError", "The key cannot be read: its form or its values are not those of such a key.")
  }
}

/** Reads a key in whatever format, and answers its plain JWK and its size. */
export function importGuestKey(
  algorithm: Jwk,
  format: string,
  jwk: unknown,
  bytes: Uint8Array,
): { jwk: Jwk; bits?: number } {
  const { name } = algorithm
  if (secretNames.includes(name))
    return importSecret(algorithm, format === "jwk" ? secretOf(jwk as Jwk) : Buffer.from(bytes))
  if (format === "jwk")
    return plain(algorithm, typeof (jwk as Jwk)["d"] === "string" ? privateKeyOf(jwk as Jwk) : publicKeyOf(jwk as Jwk))
  if (bytes.length > derBytesMax) throw refuse("DataError", "The key is larger than one of any of these algorithms.")
  if (format === "pkcs8")
    return plain(
      algorithm,
      orRefuse(() => createPrivateKey({ key: Buffer.from(bytes), format: "der", type: "pkcs8" })),
    )
  if (format === "spki")
    return plain(
      algorithm,
      orRefuse(() => createPublicKey({ key: Buffer.from(bytes), format: "der", type: "spki" })),
    )
  return plain(algorithm, publicKeyOf(rawPublic(algorithm, bytes)))
}

function importSecret(algorithm: Jwk, secret: Buffer): { jwk: Jwk; bits: number } {
  if (algorithm["name"] === "AES-GCM" && ![16, 24, 32].includes(secret.length))
    throw refuse("DataError", "A key for AES-GCM has 128, 192 or 256 bits.")
  if (secret.length === 0 || secret.length > secretBytesMax)
    throw refuse("DataError", `A secret key has 1 to ${secretBytesMax} bytes.`)
  const { length } = algorithm
  const isOther = algorithm["name"] === "HMAC" && length !== undefined && length !== secret.length * 8
  if (isOther) throw refuse("DataError", "The length that was asked for is not that of the key.")
  return { jwk: { kty: "oct", k: secret.toString("base64url") }, bits: secret.length * 8 }
}

/** A point of a curve without wrapping. */
function rawPublic(algorithm: Jwk, bytes: Uint8Array): Jwk {
  if (algorithm["name"] === "Ed25519" && bytes.length === 32) return { kty: "OKP", crv: "Ed25519", x: encode(bytes) }
  const size = algorithm["namedCurve"] === "P-384" ? 48 : 32
  if (algorithm["name"] !== "ECDSA" || bytes.length !== 1 + 2 * size || bytes[0] !== 4)
    throw refuse("DataError", "The bytes are not a public key of this algorithm.")
  const [x, y] = [bytes.subarray(1, 1 + size), bytes.subarray(1 + size)]
  return { kty: "EC", crv: algorithm["namedCurve"], x: encode(x), y: encode(y) }
}

function encode(part: Uint8Array): string {
  return Buffer.from(part).toString("base64url")
}

/** The JWK of a key, if it is one for this algorithm. */
function plain(algorithm: Jwk, key: KeyObject): { jwk: Jwk; bits?: number } {
  const kind = { ECDSA: "ec", Ed25519: "ed25519", "RSASSA-PKCS1-v1_5": "rsa", "RSA-PSS": "rsa" }[
    String(algorithm["name"])
  ]
  if (kind === undefined || key.asymmetricKeyType !== kind)
    throw refuse("DataError", `The key is not one for ${String(algorithm["name"])}.`)
  const all = key.export({ format: "jwk" }) as Jwk
  if (kind === "ec" && all["crv"] !== algorithm["namedCurve"])
    throw refuse("DataError", `The key is not on the curve ${String(algorithm["namedCurve"])}.`)
  const bits = key.asymmetricKeyDetails?.modulusLength
  if (bits !== undefined && bits > rsaBitsMax) throw tooManyBits()
  const names: readonly string[] = members[all["kty"] as keyof typeof members]
  const jwk = Object.fromEntries(names.filter((name) => all[name] !== undefined).map((name) => [name, all[name]]))
  return bits === undefined ? { jwk } : { jwk, bits }
}

/** A fresh key, or a pair. */
export function generateGuestKey(algorithm: Jwk): object {
  const { name, length } = algorithm
  if (name === "HMAC" || name === "AES-GCM") {
    const bits = name === "HMAC" && length === undefined ? (hmacBits[String(algorithm["hash"])] ?? 512) : Number(length)
    const fits =
      name === "HMAC" ? bits >= 8 && bits <= secretBytesMax * 8 && bits % 8 === 0 : [128, 192, 256].includes(bits)
    if (!fits) throw refuse("OperationError", `${name} has no keys of ${bits} bits.`)
    return importSecret({ name }, randomBytes(bits / 8))
  }
  const { privateKey, publicKey } = generatePair(algorithm)
  const shown = plain(algorithm, privateKey)
  return { privateKey: shown.jwk, publicKey: plain(algorithm, publicKey).jwk, bits: shown.bits }
}

function generatePair(algorithm: Jwk): { readonly privateKey: KeyObject; readonly publicKey: KeyObject } {
  const { name, namedCurve } = algorithm
  if (name === "Ed25519") return generateKeyPairSync("ed25519")
  if (name === "ECDSA" && (namedCurve === "P-256" || namedCurve === "P-384"))
    return generateKeyPairSync("ec", { namedCurve })
  throw refuse("NotSupportedError", `Keys for ${String(name)} are not made here: import one.`)
}

/** A key in the bytes of a format. */
export function exportGuestKey(key: Jwk, format: string): Uint8Array {
  if (format === "pkcs8") return privateKeyOf(key).export({ format: "der", type: "pkcs8" })
  if (format === "spki") return publicKeyOf(key).export({ format: "der", type: "spki" })
  const [x, y] = [key["x"], key["y"]].map((part) => Buffer.from(typeof part === "string" ? part : "", "base64url"))
  if (key["kty"] === "OKP") return x ?? Buffer.alloc(0)
  if (key["kty"] === "EC" && x !== undefined && y !== undefined) return Buffer.concat([Buffer.of(4), x, y])
  throw refuse("NotSupportedError", "Such a key has no raw form.")
}
