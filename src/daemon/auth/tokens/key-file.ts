import { randomBytes } from "node:crypto"
import { chmod, stat } from "node:fs/promises"
import { dirname, join } from "node:path"

import { exportJWK, generateKeyPair } from "jose"

import { alyxError } from "../../../errors.ts"
import { writeFileAtomically } from "../../../lib/atomic-write.ts"
import { isJsonObject } from "../../../lib/json-object.ts"
import type { Logger } from "../../../lib/logger.ts"
import { readText } from "../../../project/read-text.ts"

/** What alyx.keys holds. Members that are not known here are kept as they are. */
export interface KeptKeys {
  /** Signs tokens with HS256; base64url of 256 bits. */
  readonly jwt_secret?: string
  /** Signs tokens with Ed25519: a private JWK. */
  readonly jwt_private_key?: PrivateKey
  readonly [other: string]: unknown
}

/** A private Ed25519 key (RFC 8037). */
export interface PrivateKey {
  readonly kty: "OKP"
  readonly crv: "Ed25519"
  readonly x: string
  readonly d: string
}

const fileBytesMax = 64 * 1_024
const fileMode = 0o600

/** Where the keys of a database are: beside it, and never in a copy of it. */
export function keyFilePath(databasePath: string): string {
  return join(dirname(databasePath), "alyx.keys")
}

/** Reads the kept secret for HS256; the first time it is made. */
export async function keptSecret(file: string, logger: Logger): Promise<string> {
  const kept = await readKeys(file, logger)
  const { jwt_secret: secret } = kept
  if (secret === undefined) {
    const made = randomBytes(32).toString("base64url")
    await writeKeys(file, { ...kept, jwt_secret: made })
    return made
  }
  if (typeof secret === "string" && secret.length >= 32) return secret
  throw unreadable(file, `its "jwt_secret" is no text of at least 32 characters`)
}

/** Reads the kept key pair for EdDSA; the first time it is made. */
export async function keptPrivateKey(file: string, logger: Logger): Promise<PrivateKey> {
  const kept = await readKeys(file, logger)
  const { jwt_private_key: key } = kept
  if (key === undefined) {
    const pair = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true })
    const { x = "", d = "" } = await exportJWK(pair.privateKey)
    const made: PrivateKey = { kty: "OKP", crv: "Ed25519", x, d }
    await writeKeys(file, { ...kept, jwt_private_key: made })
    return made
  }
  if (key?.kty === "OKP" && key.crv === "Ed25519" && typeof key.x === "string" && typeof key.d === "string") return key
  throw unreadable(file, `its "jwt_private_key" is no private key for Ed25519`)
}

async function readKeys(file: string, logger: Logger): Promise<KeptKeys> {
  const read = readText({ path: file, name: file, bytesMax: fileBytesMax })
  if (read.kind === "missing") return {}
  if (read.kind === "unreadable") throw alyxError("FILE_UNREADABLE", read.problem)
  await closeToOthers(file, logger)
  const kept = parsed(read.text)
  if (isJsonObject(kept)) return kept
  throw unreadable(file, "it is no JSON object")
}

/** Whole or not at all: half a key would end every session at the next start. */
function writeKeys(file: string, keys: KeptKeys): Promise<void> {
  return writeFileAtomically(file, `${JSON.stringify(keys, null, 2)}\n`, { mode: fileMode })
}

/** A copy of the file may have come with other rights. */
async function closeToOthers(file: string, logger: Logger): Promise<void> {
  if (process.platform === "win32") return
  const { mode } = await stat(file)
  if ((mode & 0o077) === 0) return
  logger.warn("The file of the keys could be read by other users of this machine; now only its owner may.", { file })
  await chmod(file, fileMode)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function unreadable(file: string, reason: string): Error {
  return alyxError("FILE_UNREADABLE", {
    message: `${file} cannot be used: ${reason}.`,
    next: "Put the file back as it was, or delete it: a new one is made then, and everybody has to sign in again.",
  })
}
