import {
  constants,
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  sign as signBytes,
  timingSafeEqual,
  verify as verifyBytes,
} from "node:crypto"
import type { CallOperation } from "../../functions/guest-abi.ts"
import { CryptoRefusal, refuse } from "./crypto-refusal.ts"
import { deriveGuestBytes } from "./guest-derive.ts"
import { hashName } from "./guest-hash.ts"
import { exportGuestKey, generateGuestKey, importGuestKey, privateKeyOf, publicKeyOf, secretOf } from "./guest-keys.ts"

/** What the worker answers to the guest at once. */
export interface CryptoAnswer {
  readonly value?: unknown
  readonly body?: Uint8Array
}

type CryptoOperation = Extract<CallOperation, { call: "crypto" }>

/** Bytes of an iv; 12 are usual. */
const ivBytesMax = 1024

/**
 * The host's half of a guest's `crypto.subtle`: keys travel as JWK with every operation, nothing is kept. A refusal is the
 * value `{failed: {name, message}}` with the name of a DOMException, so that whatever a guest sends is answered.
 */
export function answerGuestCall(operation: CallOperation, body: Uint8Array): CryptoAnswer {
  try {
    return operation.call === "digest" ? { body: digest(operation.algorithm, body) } : compute(operation, body)
  } catch (error) {
    if (error instanceof CryptoRefusal) return { value: { failed: { name: error.name, message: error.message } } }
    // OpenSSL's own words may quote the input.
    return {
      value: { failed: { name: "OperationError", message: "The operation failed for an operation-specific reason." } },
    }
  }
}

function digest(algorithm: string, body: Uint8Array): Uint8Array {
  return createHash(hashName(algorithm)).update(body).digest()
}

function compute(operation: CryptoOperation, body: Uint8Array): CryptoAnswer {
  const algorithm = readObject(operation.algorithm)
  const pieces = split(operation.lengths, body)
  const [first = body] = pieces
  switch (operation.action) {
    case "generate":
      return { value: generateGuestKey(algorithm) }
    case "import":
      return { value: importGuestKey(algorithm, String(operation["format"]), operation.key, first) }
    case "export":
      return { body: exportGuestKey(readObject(operation.key), String(operation["format"])) }
    case "sign":
      return { body: sign(algorithm, readObject(operation.key), first) }
    case "verify":
      return { value: verify(algorithm, readObject(operation.key), pieces) }
    case "encrypt":
      return { body: encrypt(algorithm, readObject(operation.key), pieces) }
    case "derive":
      return { body: deriveGuestBytes(algorithm, secretOf(readObject(operation.key)), pieces) }
    case "decrypt":
      return { body: decrypt(algorithm, readObject(operation.key), pieces) }
    default:
      throw refuse("NotSupportedError", `There is no operation "${operation.action}".`)
  }
}

function readObject(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null) throw refuse("DataError", "An algorithm or a key is missing.")
  return value as Record<string, unknown>
}

function split(lengths: readonly number[] | undefined, body: Uint8Array): Uint8Array[] {
  if (lengths === undefined) return []
  const pieces: Uint8Array[] = []
  let at = 0
  for (const length of lengths) {
    if (!Number.isInteger(length) || length < 0 || at + length > body.length)
      throw refuse("DataError", "The lengths do not fit the bytes.")
    pieces.push(body.subarray(at, at + length))
    at += length
  }
  return pieces
}

function sign(algorithm: Record<string, unknown>, key: Record<string, unknown>, data: Uint8Array): Uint8Array {
  switch (algorithm["name"]) {
    case "HMAC":
      return createHmac(hashName(algorithm["hash"]), secretOf(key)).update(data).digest()
    case "Ed25519":
      return signBytes(null, data, privateKeyOf(key))
    default:
      return signBytes(hashName(algorithm["hash"]), data, { key: privateKeyOf(key), ...signatureForm(algorithm) })
  }
}

function verify(
  algorithm: Record<string, unknown>,
  key: Record<string, unknown>,
  pieces: readonly Uint8Array[],
): boolean {
  const [signature = new Uint8Array(0), data = new Uint8Array(0)] = pieces
  switch (algorithm["name"]) {
    case "HMAC": {
      const own = sign(algorithm, key, data)
      return own.length === signature.length && timingSafeEqual(own, signature)
    }
    case "Ed25519":
      return verifyBytes(null, data, publicKeyOf(key), signature)
    default:
      return verifyBytes(
        hashName(algorithm["hash"]),
        data,
        { key: publicKeyOf(key), ...signatureForm(algorithm) },
        signature,
      )
  }
}

/** How the web writes a signature. */
function signatureForm(algorithm: Record<string, unknown>): object {
  switch (algorithm["name"]) {
    case "ECDSA":
      return { dsaEncoding: "ieee-p1363" }
    case "RSASSA-PKCS1-v1_5":
      return { padding: constants.RSA_PKCS1_PADDING }
    case "RSA-PSS": {
      const saltLength = Number(algorithm["saltLength"])
      if (!Number.isInteger(saltLength) || saltLength < 0 || saltLength > 512)
        throw refuse("OperationError", "RSA-PSS needs saltLength, in bytes.")
      return { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }
    }
    default:
      throw refuse("NotSupportedError", `${String(algorithm["name"])} does not sign.`)
  }
}

interface GcmInput {
  readonly cipher: "aes-128-gcm" | "aes-192-gcm" | "aes-256-gcm"
  readonly secret: Buffer
  readonly iv: Uint8Array
  readonly more: Uint8Array
  readonly data: Uint8Array
  readonly tagBytes: number
}

function readGcm(
  algorithm: Record<string, unknown>,
  key: Record<string, unknown>,
  pieces: readonly Uint8Array[],
): GcmInput {
  const [iv, more, data] = pieces
  const secret = secretOf(key)
  const ciphers = { 16: "aes-128-gcm", 24: "aes-192-gcm", 32: "aes-256-gcm" } as const
  const cipher = ciphers[secret.length as 16 | 24 | 32] as GcmInput["cipher"] | undefined
  const tagBytes = Number(algorithm["tagLength"]) / 8
  if (algorithm["name"] !== "AES-GCM" || cipher === undefined)
    throw refuse("NotSupportedError", "AES-GCM with 128, 192 or 256 bits is there.")
  if (iv === undefined || more === undefined || data === undefined)
    throw refuse("DataError", "The lengths do not fit the bytes.")
  if (iv.length === 0 || iv.length > ivBytesMax)
    throw refuse("OperationError", `The iv of AES-GCM has 1 to ${ivBytesMax} bytes; 12 is usual.`)
  if (![4, 8, 12, 13, 14, 15, 16].includes(tagBytes))
    throw refuse("OperationError", "The tag of AES-GCM has 128 bits, or some that the standard allows.")
  return { cipher, secret, iv, more, data, tagBytes }
}

function encrypt(
  algorithm: Record<string, unknown>,
  key: Record<string, unknown>,
  pieces: readonly Uint8Array[],
): Uint8Array {
  const { cipher, secret, iv, more, data, tagBytes } = readGcm(algorithm, key, pieces)
  const run = createCipheriv(cipher, secret, iv, { authTagLength: tagBytes })
  if (more.length > 0) run.setAAD(more)
  return Buffer.concat([run.update(data), run.final(), run.getAuthTag()])
}

function decrypt(
  algorithm: Record<string, unknown>,
  key: Record<string, unknown>,
  pieces: readonly Uint8Array[],
): Uint8Array {
  const { cipher, secret, iv, more, data, tagBytes } = readGcm(algorithm, key, pieces)
  if (data.length < tagBytes) throw refuse("OperationError", "The data is shorter than its tag.")
  const run = createDecipheriv(cipher, secret, iv, { authTagLength: tagBytes })
  run.setAuthTag(data.subarray(data.length - tagBytes))
  if (more.length > 0) run.setAAD(more)
  return Buffer.concat([run.update(data.subarray(0, data.length - tagBytes)), run.final()])
}
