import { Buffer } from "./buffer.ts"
import { guest } from "./guest-globals.ts"

declare const queueMicrotask: (task: () => void) => void

/** The parts of `node:crypto` that need nothing but random bytes and digests. What is missing here fails the build. */

interface BytesClass {
  from(value: unknown, encoding?: string): Uint8Array & { toString(encoding?: string): string }
  concat(parts: readonly Uint8Array[]): Uint8Array
}

interface WebCrypto {
  readonly subtle: unknown
  getRandomValues<Bytes extends ArrayBufferView>(bytes: Bytes): Bytes
  randomUUID(): string
}

const bytesClass = Buffer as BytesClass
const web = (globalThis as unknown as { readonly crypto: WebCrypto }).crypto

export const webcrypto = web
export const subtle = web.subtle
export const getRandomValues = <Bytes extends ArrayBufferView>(bytes: Bytes): Bytes => web.getRandomValues(bytes)
export const randomUUID = (): string => web.randomUUID()

/** WebCrypto gives at most this many at a time. */
const randomBytesMax = 65_536

export function randomBytes(size: number, done?: (error: null, bytes: Uint8Array) => void): Uint8Array {
  const bytes = new Uint8Array(size)
  for (let at = 0; at < size; at += randomBytesMax) web.getRandomValues(bytes.subarray(at, at + randomBytesMax))
  const result = bytesClass.from(bytes)
  if (done !== undefined) queueMicrotask(() => done(null, result))
  return result
}

export function randomFillSync(bytes: Uint8Array): Uint8Array {
  for (let at = 0; at < bytes.length; at += randomBytesMax) web.getRandomValues(bytes.subarray(at, at + randomBytesMax))
  return bytes
}

/** A whole number from `min` to below `max`, each as likely as the others. */
export function randomInt(first: number, second?: number): number {
  const [min, max] = second === undefined ? [0, first] : [first, second]
  const range = max - min
  if (!Number.isSafeInteger(range) || range <= 0) throw new RangeError("max must be greater than min")
  const limit = 2 ** 48 - (2 ** 48 % range)
  for (;;) {
    const [low, high] = web.getRandomValues(new Uint32Array(2)) as unknown as [number, number]
    const value = (high & 0xffff) * 2 ** 32 + low
    if (value < limit) return min + (value % range)
  }
}

/** Node's names of algorithms, and those of WebCrypto. */
const algorithms: Readonly<Record<string, { readonly name: string; readonly blockBytes: number }>> = {
  md5: { name: "MD5", blockBytes: 64 },
  sha1: { name: "SHA-1", blockBytes: 64 },
  sha256: { name: "SHA-256", blockBytes: 64 },
  sha384: { name: "SHA-384", blockBytes: 128 },
  sha512: { name: "SHA-512", blockBytes: 128 },
}

export const getHashes = (): string[] => Object.keys(algorithms)

function algorithmOf(name: string): { readonly name: string; readonly blockBytes: number } {
  const found = algorithms[name.toLowerCase().replace(/^rsa-|-/g, "")]
  if (found === undefined) throw new Error(`Digest method not supported: ${name}. Here are: ${getHashes().join(", ")}.`)
  return found
}

function digestOf(name: string, bytes: Uint8Array): Uint8Array {
  if (guest.__alyx_digest === undefined) throw new Error("Digests are made by the host, and this one makes none.")
  return guest.__alyx_digest(name, bytes)
}

/** Gathers what it is given, and asks the host for the digest of all of it. */
class Hash {
  readonly #parts: Uint8Array[] = []
  readonly #finish: (bytes: Uint8Array) => Uint8Array
  #isFinished = false

  constructor(finish: (bytes: Uint8Array) => Uint8Array) {
    this.#finish = finish
  }

  update(data: unknown, encoding?: string): this {
    if (this.#isFinished) throw new Error("Digest already called")
    this.#parts.push(bytesClass.from(data, encoding))
    return this
  }

  digest(encoding?: string): unknown {
    if (this.#isFinished) throw new Error("Digest already called")
    this.#isFinished = true
    const result = bytesClass.from(this.#finish(bytesClass.concat(this.#parts)))
    return encoding === undefined || encoding === "buffer" ? result : result.toString(encoding)
  }
}

export function createHash(algorithm: string): Hash {
  const { name } = algorithmOf(algorithm)
  return new Hash((bytes) => digestOf(name, bytes))
}

export function hash(algorithm: string, data: unknown, encoding = "hex"): unknown {
  return createHash(algorithm).update(data).digest(encoding)
}

/** A secret key; pairs of keys are for `crypto.subtle`. */
export class KeyObject {
  readonly type = "secret"
  readonly #bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get symmetricKeySize(): number {
    return this.#bytes.length
  }

  export(): Uint8Array {
    return bytesClass.from(this.#bytes)
  }
}

export function createSecretKey(key: unknown, encoding?: string): KeyObject {
  return new KeyObject(bytesClass.from(key, encoding))
}

export function createPrivateKey(): never {
  throw new Error("Pairs of keys are for crypto.subtle.importKey() in a function.")
}

export const createPublicKey = createPrivateKey

export function createHmac(algorithm: string, key: unknown): Hash {
  const { name, blockBytes } = algorithmOf(algorithm)
  const given = key instanceof KeyObject ? key.export() : bytesClass.from(key)
  const block = new Uint8Array(blockBytes)
  block.set(given.length > blockBytes ? digestOf(name, given) : given)
  const inner = block.map((byte) => byte ^ 0x36)
  const outer = block.map((byte) => byte ^ 0x5c)
  return new Hash((bytes) => {
    return digestOf(name, bytesClass.concat([outer, digestOf(name, bytesClass.concat([inner, bytes]))]))
  })
}

/** Compares in a time that does not depend on the content. */
export function timingSafeEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.byteLength !== b.byteLength) throw new RangeError("Input buffers must have the same byte length")
  let difference = 0
  for (let index = 0; index < a.length; index += 1) difference |= a[index]! ^ b[index]!
  return difference === 0
}

/** Parts that need keys or ciphers of OpenSSL; packages find them, and are told so when they call one. */
const missing = [
  "createCipheriv",
  "createDecipheriv",
  "createDiffieHellman",
  "createECDH",
  "createSign",
  "createVerify",
  "generateKeyPair",
  "generateKeyPairSync",
  "hkdf",
  "hkdfSync",
  "pbkdf2",
  "pbkdf2Sync",
  "privateDecrypt",
  "privateEncrypt",
  "publicDecrypt",
  "publicEncrypt",
  "scrypt",
  "scryptSync",
  "sign",
  "verify",
]

function refused(name: string): () => never {
  return () => {
    throw new Error(
      `crypto.${name} is not in a function: use crypto.subtle, or a package that computes by itself, as @noble/hashes and @noble/ciphers do.`,
    )
  }
}

export default {
  ...Object.fromEntries(missing.map((name) => [name, refused(name)])),
  webcrypto,
  subtle,
  getRandomValues,
  randomUUID,
  randomBytes,
  randomFillSync,
  randomInt,
  getHashes,
  createHash,
  createHmac,
  KeyObject,
  createSecretKey,
  createPrivateKey,
  createPublicKey,
  hash,
  timingSafeEqual,
}
