import { askCrypto } from "./ask-crypto.ts"
import { bytesOf, isBytesLike } from "./bytes-of.ts"
import { type Algorithm, checkUsages, keyAlgorithm, readCurve, readHash, usagesOf } from "./crypto-algorithm.ts"
import { type CryptoKey, type Jwk, type KeyUsage, makeKey, readUsages } from "./crypto-key.ts"
import { DOMException } from "./dom-exception.ts"

/** The two keys of an asymmetric algorithm. */
export interface KeyPair {
  readonly publicKey: CryptoKey
  readonly privateKey: CryptoKey
}

/** What the host answers: the key in its plain form, and how many bits it has. */
interface ImportedKey {
  readonly jwk: Jwk
  readonly bits?: number
}

const secretAlgorithms = ["HMAC", "AES-GCM", "PBKDF2", "HKDF"]

/** Secrets that others are derived from: never shown, never made here. */
const sources = ["PBKDF2", "HKDF"]

/** Makes a key of bytes or of JSON; the host checks that it is one. */
export function importKey(
  given: { readonly format: string; readonly data: unknown },
  algorithm: Algorithm,
  wish: { readonly extractable: boolean; readonly usages: unknown },
): CryptoKey {
  const usages = readUsages(wish.usages)
  const { name } = algorithm
  const checked = hostAlgorithm(algorithm)
  const isSecret = secretAlgorithms.includes(name)
  if (!["raw", "pkcs8", "spki", "jwk"].includes(given.format))
    throw new TypeError(`"${given.format}" is not a format of keys: raw, pkcs8, spki and jwk are.`)
  if (isSecret && given.format !== "raw" && given.format !== "jwk")
    throw new DOMException(`A key for ${name} is imported as raw or jwk.`, "NotSupportedError")
  const type = isSecret ? "secret" : typeOf(given)
  checkUsages(name, type, usages)
  if (sources.includes(name) && given.format !== "raw")
    throw new DOMException(`A key for ${name} is imported as raw.`, "NotSupportedError")
  if (sources.includes(name) && wish.extractable)
    throw new DOMException(`A key for ${name} cannot be extractable.`, "SyntaxError")
  const imported = readMaterial(given, checked, usages)
  if (given.format === "jwk" && (given.data as Jwk).ext === false && wish.extractable)
    throw new DOMException("The key says that it is not extractable (ext: false).", "DataError")
  return makeKey({
    type,
    algorithm: keyAlgorithm(algorithm, imported.bits),
    extractable: wish.extractable,
    usages,
    material: imported.jwk,
  })
}

function readMaterial(
  given: { readonly format: string; readonly data: unknown },
  algorithm: object,
  usages: readonly KeyUsage[],
): ImportedKey {
  if (given.format !== "jwk") {
    if (!isBytesLike(given.data))
      throw new TypeError(`A key in the format ${given.format} is an ArrayBuffer or a view of one.`)
    return askCrypto({ action: "import", algorithm, format: given.format }, bytesOf(given.data)).value as ImportedKey
  }
  const jwk = given.data as Jwk | null
  if (typeof jwk !== "object" || jwk === null || isBytesLike(jwk))
    throw new TypeError("A key in the format jwk is an object.")
  if (Array.isArray(jwk.key_ops) && usages.some((usage) => jwk.key_ops?.includes(usage) !== true))
    throw new DOMException("The key's key_ops do not allow these usages.", "DataError")
  return askCrypto({ action: "import", algorithm, format: "jwk", key: jwk }).value as ImportedKey
}

function typeOf(given: { readonly format: string; readonly data: unknown }): "private" | "public" {
  if (given.format === "jwk") return typeof (given.data as Jwk | null)?.d === "string" ? "private" : "public"
  return given.format === "pkcs8" ? "private" : "public"
}

/** Makes a fresh key, or a pair. */
export function generateKey(algorithm: Algorithm, extractable: boolean, wanted: unknown): CryptoKey | KeyPair {
  const usages = readUsages(wanted)
  const { name } = algorithm
  if (sources.includes(name))
    throw new DOMException(`Keys for ${name} are imported, not generated.`, "NotSupportedError")
  const question = { action: "generate", algorithm: hostAlgorithm(algorithm) }
  if (secretAlgorithms.includes(name)) {
    checkUsages(name, "secret", usages)
    const { jwk, bits } = askCrypto(question).value as ImportedKey
    return makeKey({ type: "secret", algorithm: keyAlgorithm(algorithm, bits), extractable, usages, material: jwk })
  }
  checkUsages(
    name,
    "private",
    usages.filter((usage) => usage !== "verify"),
  )
  const pair = askCrypto(question).value as {
    readonly privateKey: Jwk
    readonly publicKey: Jwk
    readonly bits?: number
  }
  const own = keyAlgorithm(algorithm, pair.bits)
  const half = (type: "private" | "public", material: Jwk): CryptoKey =>
    makeKey({
      type,
      algorithm: own,
      extractable: type === "public" || extractable,
      usages: usagesOf(name, type, usages),
      material,
    })
  return { publicKey: half("public", pair.publicKey), privateKey: half("private", pair.privateKey) }
}

/** The parameters that the host looks at, checked. */
function hostAlgorithm(algorithm: Algorithm): { readonly name: string } {
  const { name } = algorithm
  switch (name) {
    case "HMAC":
      return { name, hash: readHash(algorithm["hash"]), length: algorithm["length"] } as { name: string }
    case "AES-GCM":
      return { name, length: algorithm["length"] } as { name: string }
    case "ECDSA":
      return { name, namedCurve: readCurve(algorithm["namedCurve"]) } as { name: string }
    case "Ed25519":
    case "PBKDF2":
    case "HKDF":
      return { name }
    default:
      return { name, hash: readHash(algorithm["hash"]), modulusLength: algorithm["modulusLength"] } as { name: string }
  }
}
