import { requireCall } from "../host.ts"
import { askCrypto, askDigest } from "./ask-crypto.ts"
import { type BytesLike, bufferOf, bytesOf, isBytesLike } from "./bytes-of.ts"
import { type Algorithm, readAlgorithm, readHash } from "./crypto-algorithm.ts"
import { type CryptoKey, requireUsage } from "./crypto-key.ts"
import { deriveBytes, derivedBits } from "./crypto-derive.ts"
import { exportKey } from "./crypto-export.ts"
import { type KeyPair, generateKey, importKey } from "./crypto-import.ts"
import { nameClass } from "./define-global.ts"
import { DOMException } from "./dom-exception.ts"
import { idlBoolean } from "./web-idl.ts"

/** The part of the standard's SubtleCrypto that the host computes: digests, HMAC, AES-GCM, ECDSA, Ed25519, RSA signatures, PBKDF2, HKDF. */
export class SubtleCrypto {
  async digest(algorithm: unknown, data: BytesLike): Promise<ArrayBuffer> {
    requireCall("crypto.subtle")
    return bufferOf(askDigest(readHash(algorithm), dataBytes(data)))
  }

  async generateKey(algorithm: unknown, extractable: boolean, usages: unknown): Promise<CryptoKey | KeyPair> {
    requireCall("crypto.subtle")
    return generateKey(readAlgorithm(algorithm), idlBoolean(extractable), usages)
  }

  async importKey(
    format: string,
    data: unknown,
    algorithm: unknown,
    extractable: boolean,
    usages: unknown,
  ): Promise<CryptoKey> {
    requireCall("crypto.subtle")
    return importKey({ format, data }, readAlgorithm(algorithm), { extractable: idlBoolean(extractable), usages })
  }

  async exportKey(format: string, key: CryptoKey): Promise<object> {
    requireCall("crypto.subtle")
    return exportKey(format, key)
  }

  async sign(algorithm: unknown, key: CryptoKey, data: BytesLike): Promise<ArrayBuffer> {
    requireCall("crypto.subtle")
    const asked = readAlgorithm(algorithm)
    const { material, algorithm: own } = requireUsage(key, "sign", asked.name)
    const answer = askCrypto({ action: "sign", algorithm: signing(asked, own), key: material }, dataBytes(data))
    return bufferOf(answer.body)
  }

  async verify(algorithm: unknown, key: CryptoKey, signature: BytesLike, data: BytesLike): Promise<boolean> {
    requireCall("crypto.subtle")
    const asked = readAlgorithm(algorithm)
    const { material, algorithm: own } = requireUsage(key, "verify", asked.name)
    const question = { action: "verify", algorithm: signing(asked, own), key: material }
    return askCrypto(question, dataBytes(signature), dataBytes(data)).value === true
  }

  async encrypt(algorithm: unknown, key: CryptoKey, data: BytesLike): Promise<ArrayBuffer> {
    return cipher("encrypt", readAlgorithm(algorithm), key, data)
  }

  async decrypt(algorithm: unknown, key: CryptoKey, data: BytesLike): Promise<ArrayBuffer> {
    return cipher("decrypt", readAlgorithm(algorithm), key, data)
  }

  async deriveBits(algorithm: unknown, key: CryptoKey, length: number): Promise<ArrayBuffer> {
    requireCall("crypto.subtle")
    return bufferOf(deriveBytes(readAlgorithm(algorithm), key, { usage: "deriveBits", bits: length }))
  }

  async deriveKey(
    algorithm: unknown,
    key: CryptoKey,
    derived: unknown,
    extractable: boolean,
    usages: unknown,
  ): Promise<CryptoKey> {
    requireCall("crypto.subtle")
    const wanted = readAlgorithm(derived)
    const data = deriveBytes(readAlgorithm(algorithm), key, { usage: "deriveKey", bits: derivedBits(wanted) })
    return importKey({ format: "raw", data }, wanted, { extractable: idlBoolean(extractable), usages })
  }

  async wrapKey(): Promise<never> {
    throw missing("wrapKey")
  }

  async unwrapKey(): Promise<never> {
    throw missing("unwrapKey")
  }
}

nameClass(SubtleCrypto, "SubtleCrypto")

function cipher(action: "encrypt" | "decrypt", algorithm: Algorithm, key: CryptoKey, data: BytesLike): ArrayBuffer {
  requireCall("crypto.subtle")
  if (algorithm.name !== "AES-GCM")
    throw new DOMException(`${algorithm.name} does not ${action}: AES-GCM does.`, "NotSupportedError")
  const { material } = requireUsage(key, action, algorithm.name)
  const tagLength = algorithm["tagLength"] === undefined ? 128 : Number(algorithm["tagLength"])
  if (![32, 64, 96, 104, 112, 120, 128].includes(tagLength))
    throw new DOMException(`A tag of ${tagLength} bits is not there: 128 is the usual one.`, "OperationError")
  const iv = parameterBytes(algorithm["iv"], "iv")
  const more =
    algorithm["additionalData"] === undefined
      ? new Uint8Array(0)
      : parameterBytes(algorithm["additionalData"], "additionalData")
  const question = { action, algorithm: { name: algorithm.name, tagLength }, key: material }
  return bufferOf(askCrypto(question, iv, more, dataBytes(data)).body)
}

/** What the host has to know to sign or to verify. */
function signing(
  asked: Algorithm,
  own: { readonly hash?: { readonly name: string }; readonly namedCurve?: string },
): object {
  const { name } = asked
  if (name === "ECDSA") return { name, hash: readHash(asked["hash"]), namedCurve: own.namedCurve }
  if (name === "Ed25519") return { name }
  if (name === "RSA-PSS") return { name, hash: own.hash?.name, saltLength: Number(asked["saltLength"]) }
  return { name, hash: own.hash?.name }
}

function dataBytes(data: unknown): Uint8Array {
  if (!isBytesLike(data))
    throw new TypeError("The data is an ArrayBuffer or a view of one: encode text with new TextEncoder().encode(text).")
  return bytesOf(data)
}

function parameterBytes(value: unknown, name: string): Uint8Array {
  if (!isBytesLike(value)) throw new TypeError(`AES-GCM needs ${name} as an ArrayBuffer or a view of one.`)
  return bytesOf(value)
}

function missing(method: string): Error {
  return new DOMException(
    `crypto.subtle.${method} is not there: export or import the key, and encrypt or decrypt it.`,
    "NotSupportedError",
  )
}
