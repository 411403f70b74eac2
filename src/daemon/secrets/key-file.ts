import { chmod, stat } from "node:fs/promises"
import { dirname, join } from "node:path"

import { alyxError } from "../../errors.ts"
import { writeFileAtomically } from "../../lib/atomic-write.ts"
import { isJsonObject } from "../../lib/json-object.ts"
import type { Logger } from "../../lib/logger.ts"
import { readText } from "../../project/read-text.ts"

/** What alyx.keys holds: each part that keeps a key there has a member of its own, and leaves the others as they are. */
export type KeptKeys = Readonly<Record<string, unknown>>

const fileBytesMax = 64 * 1_024
const fileMode = 0o600

/** Where the keys of a database are: beside it, and never in a copy of it. */
export function keyFilePath(databasePath: string): string {
  return join(dirname(databasePath), "alyx.keys")
}

/** Reads the keys that are kept; none where there is no file. */
export async function readKeys(file: string, logger: Logger): Promise<KeptKeys> {
  const read = readText({ path: file, name: file, bytesMax: fileBytesMax })
  if (read.kind === "missing") return {}
  if (read.kind === "unreadable") throw alyxError("FILE_UNREADABLE", read.problem)
  await closeToOthers(file, logger)
  const kept = parsed(read.text)
  if (isJsonObject(kept)) return kept
  throw unusableKeys(file, "it is no JSON object")
}

/** Whole or not at all: half a key would end every session at the next start. */
export function writeKeys(file: string, keys: KeptKeys): Promise<void> {
  return writeFileAtomically(file, `${JSON.stringify(keys, null, 2)}\n`, { mode: fileMode })
}

/** The error for a file that is not what was written there. */
export function unusableKeys(file: string, reason: string): Error {
  return alyxError("FILE_UNREADABLE", {
    message: `${file} cannot be used: ${reason}.`,
    next: "Put the file back as it was, or delete it: a new one is made then, and everybody has to sign in again, and secrets of functions have to be set again.",
  })
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
