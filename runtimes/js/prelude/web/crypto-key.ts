import { nameClass, showMembers } from "./define-global.ts"
import { DOMException } from "./dom-exception.ts"

/** A key as JSON (RFC 7517): how keys are kept here and told to the host. */
export interface Jwk {
  kty?: string
  k?: string
  crv?: string
  x?: string
  y?: string
  d?: string
  n?: string
  e?: string
  alg?: string
  ext?: boolean
  key_ops?: string[]
  [more: string]: unknown
}

/** What a key is for. */
export interface KeyAlgorithm {
  readonly name: string
  readonly namedCurve?: string
  readonly length?: number
  readonly hash?: { readonly name: string }
  readonly modulusLength?: number
  readonly publicExponent?: Uint8Array
}

export type KeyUsage = "encrypt" | "decrypt" | "sign" | "verify" | "deriveKey" | "deriveBits" | "wrapKey" | "unwrapKey"

/** In the order in which a key lists them. */
const usageOrder: readonly KeyUsage[] = [
  "encrypt",
  "decrypt",
  "sign",
  "verify",
  "deriveKey",
  "deriveBits",
  "wrapKey",
  "unwrapKey",
]

/** What this file knows of a key; its material never leaves by the key itself. */
interface KeyInit {
  readonly type: "secret" | "private" | "public"
  readonly algorithm: KeyAlgorithm
  readonly extractable: boolean
  readonly usages: readonly KeyUsage[]
  readonly material: Jwk
}

const made = new WeakMap<CryptoKey, KeyInit>()
const ours = Symbol("CryptoKey")

/** The standard's CryptoKey. */
export class CryptoKey {
  constructor(key?: symbol, init?: KeyInit) {
    if (key !== ours || init === undefined)
      throw new TypeError("Illegal constructor: use crypto.subtle.importKey or generateKey.")
    made.set(this, init)
  }

  get type(): string {
    return partsOf(this).type
  }

  get algorithm(): KeyAlgorithm {
    return partsOf(this).algorithm
  }

  get extractable(): boolean {
    return partsOf(this).extractable
  }

  get usages(): KeyUsage[] {
    return [...partsOf(this).usages]
  }
}

nameClass(CryptoKey, "CryptoKey")
showMembers(CryptoKey, ["type", "algorithm", "extractable", "usages"])

export function makeKey(init: KeyInit): CryptoKey {
  const usages = usageOrder.filter((usage) => init.usages.includes(usage))
  return new CryptoKey(ours, { ...init, usages })
}

/** The parts of a key, its material too. */
export function partsOf(key: unknown): KeyInit {
  const parts = key instanceof CryptoKey ? made.get(key) : undefined
  if (parts === undefined) throw new TypeError("This is not a CryptoKey.")
  return parts
}

/** Reads the usages that were asked for. */
export function readUsages(usages: unknown): KeyUsage[] {
  if (typeof usages !== "object" || usages === null || !(Symbol.iterator in usages))
    throw new TypeError("Usages are a list of strings.")
  const list = [...(usages as Iterable<KeyUsage>)]
  for (const usage of list) if (!usageOrder.includes(usage)) throw new TypeError(`"${usage}" is not a usage of keys.`)
  return list
}

/** Fails where a key is not meant for this. */
export function requireUsage(key: unknown, usage: KeyUsage, algorithm: string): KeyInit {
  const parts = partsOf(key)
  if (parts.algorithm.name !== algorithm)
    throw new DOMException(`The key is one for ${parts.algorithm.name}, not for ${algorithm}.`, "InvalidAccessError")
  if (!parts.usages.includes(usage))
    throw new DOMException(`The key's usages do not include "${usage}".`, "InvalidAccessError")
  return parts
}
