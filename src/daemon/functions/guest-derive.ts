import { hkdfSync, pbkdf2Sync } from "node:crypto"
import { refuse } from "./crypto-refusal.ts"
import { hashName } from "./guest-hash.ts"

const derivedBytesMax = 1024

/** Rounds of PBKDF2 for a key of usual length: about a second, during which the worker does nothing else. */
const roundsMax = 1_000_000

/** The least bytes that a round makes. */
const blockBytes = 20

/** Bytes out of a secret: PBKDF2 for passwords, HKDF for keys. */
export function deriveGuestBytes(
  algorithm: Record<string, unknown>,
  secret: Buffer,
  pieces: readonly Uint8Array[],
): Uint8Array {
  const [salt = new Uint8Array(0), info = new Uint8Array(0)] = pieces
  const { name, bits, iterations } = algorithm
  const hash = hashName(algorithm["hash"])
  const bytes = typeof bits === "number" ? bits / 8 : Number.NaN
  if (!Number.isInteger(bytes) || bytes < 1 || bytes > derivedBytesMax)
    throw refuse("OperationError", `From 1 to ${derivedBytesMax} whole bytes can be derived at a time.`)
  if (name === "HKDF") return new Uint8Array(hkdfSync(hash, secret, salt, info, bytes))
  if (name !== "PBKDF2") throw refuse("NotSupportedError", `${String(name)} does not derive.`)
  const rounds = Number(iterations)
  const isTooMuch = rounds > roundsMax || rounds * Math.ceil(bytes / blockBytes) > 2 * roundsMax
  if (!Number.isInteger(rounds) || rounds < 1 || isTooMuch)
    throw refuse("OperationError", `PBKDF2 takes from 1 to ${roundsMax} iterations, fewer for more than 40 bytes.`)
  return pbkdf2Sync(secret, salt, rounds, bytes, hash)
}
