import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto"

/** AES-256-GCM with a nonce of its own for each value; the name goes along, so that no value can be put under another one. */
const algorithm = "aes-256-gcm"
const nonceBytes = 12
const tagBytes = 16

/** The first byte of what is stored: how the rest is to be read. */
const formatByte = 1

/** Encrypts a value: the format, the nonce, the tag, the text. */
export function sealValue(key: Uint8Array, name: string, value: string): Uint8Array {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagBytes }).setAAD(Buffer.from(name))
  const text = Buffer.concat([cipher.update(value, "utf8"), cipher.final()])
  return Buffer.concat([Buffer.of(formatByte), nonce, cipher.getAuthTag(), text])
}

/** Decrypts a value; undefined where the key is another one, or the bytes are not those that were stored under the name. */
export function openValue(key: Uint8Array, name: string, sealed: Uint8Array): string | undefined {
  const textStart = 1 + nonceBytes + tagBytes
  if (sealed.length < textStart || sealed[0] !== formatByte) return undefined
  const decipher = createDecipheriv(algorithm, key, sealed.subarray(1, 1 + nonceBytes), { authTagLength: tagBytes })
  decipher.setAAD(Buffer.from(name)).setAuthTag(sealed.subarray(1 + nonceBytes, textStart))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(textStart)), decipher.final()]).toString("utf8")
  } catch {
    return undefined
  }
}
