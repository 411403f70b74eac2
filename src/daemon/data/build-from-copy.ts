import { closeSync, openSync, rmSync, writeSync } from "node:fs"

import { alyxError, isAlyxError } from "../../errors.ts"
import { openBuildConnection } from "../storage/sqlite/open-connection.ts"
import type { BuildStreams } from "./build-database.ts"
import type { BuildJob, BuiltDatabase } from "./data-job.ts"
import { finishCopied } from "./finish-copied.ts"

const sqliteMagic = "SQLite format 3\0"

/** Makes a database of a backup: the file as it is, without its log of changes. */
export function buildFromCopy({ target, name }: BuildJob, { input, onProgress }: BuildStreams): BuiltDatabase {
  onProgress("Reading the backup")
  const descriptor = openSync(target, "w", 0o600)
  try {
    for (let chunk = input.next(); chunk !== null; chunk = input.next()) {
      for (let start = 0; start < chunk.length;) start += writeSync(descriptor, chunk, start)
    }
  } finally {
    closeSync(descriptor)
  }
  try {
    return finishCopied(openBuildConnection(target), { name, onProgress })
  } catch (error) {
    for (const ending of ["-wal", "-shm", "-journal"]) rmSync(target + ending, { force: true })
    // A check of the file that makes a text of endless length is damage too.
    if (!isAlyxError(error, "DATABASE_CORRUPT") && !isAlyxError(error, "ANSWER_TOO_LARGE")) throw error
    throw alyxError("RESTORE_INVALID", {
      message: `${name} is not a SQLite database, or is damaged.`,
      next: `Nothing was changed. A backup begins with "${sqliteMagic.trim().slice(0, 15)}".`,
      cause: error,
    })
  }
}
