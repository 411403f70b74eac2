import { askCrypto } from "./ask-crypto.ts"
import { bufferOf } from "./bytes-of.ts"
import { type CryptoKey, type Jwk, partsOf } from "./crypto-key.ts"
import { DOMException } from "./dom-exception.ts"

/** Shows the material of a key, if the key lets it be shown. */
export function exportKey(format: string, key: CryptoKey): Jwk | ArrayBuffer {
  const { type, algorithm, extractable, usages, material } = partsOf(key)
  if (!extractable) throw new DOMException("The key is not extractable.", "InvalidAccessError")
  if (format === "jwk") return { ...withAlg(material, algorithm), key_ops: [...usages], ext: extractable }
  if (format === "raw" && type === "secret")
    return bufferOf(Uint8Array.fromBase64(material.k ?? "", { alphabet: "base64url" }))
  const fits = format === "pkcs8" ? type === "private" : (format === "spki" || format === "raw") && type === "public"
  if (!["raw", "pkcs8", "spki"].includes(format))
    throw new TypeError(`"${format}" is not a format of keys: raw, pkcs8, spki and jwk are.`)
  if (!fits)
    throw new DOMException(
      `A ${type} key cannot be exported as ${format}.`,
      type === "secret" ? "NotSupportedError" : "InvalidAccessError",
    )
  return bufferOf(askCrypto({ action: "export", algorithm: { name: algorithm.name }, key: material, format }).body)
}

function withAlg(
  material: Jwk,
  algorithm: { readonly name: string; readonly length?: number; readonly hash?: { readonly name: string } },
): Jwk {
  const bits = algorithm.hash?.name.slice(4)
  switch (algorithm.name) {
    case "HMAC":
      return { ...material, alg: `HS${bits}` }
    case "AES-GCM":
      return { ...material, alg: `A${algorithm.length}GCM` }
    case "RSASSA-PKCS1-v1_5":
      return { ...material, alg: `RS${bits}` }
    case "RSA-PSS":
      return { ...material, alg: `PS${bits}` }
    case "Ed25519":
      return { ...material, alg: "Ed25519" }
    default:
      return { ...material }
  }
}
