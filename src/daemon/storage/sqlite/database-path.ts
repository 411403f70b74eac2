import { lstatSync, mkdirSync, realpathSync, statSync } from "node:fs"
import { basename, dirname, join } from "node:path"

import { alyxError } from "../../../errors.ts"
import { explainFileError, unwritable } from "../../../project/file-errors.ts"

/**
 * Names the database file itself, without links on the way, and makes its folder when there is none. SQLite puts its log
 * beside the file that a link leads to, and the lock must lie there too: else two daemons could serve one file by two names.
 */
export function realDatabasePath(path: string): string {
  try {
    const isThere = lstatSync(path, { throwIfNoEntry: false }) !== undefined
    return isThere ? requireOneName(followLinks(path)) : join(makeFolder(dirname(path)), basename(path))
  } catch (error) {
    throw explainFileError(error)
  }
}

function followLinks(path: string): string {
  try {
    return realpathSync(path)
  } catch (error) {
    throw isDeadEnd(error) ? leadsNowhere(path, error) : error
  }
}

function makeFolder(folder: string): string {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    return realpathSync(folder)
  } catch (error) {
    throw unwritable(folder, error, "Let this user write there, or choose another folder in database.path.")
  }
}

/** Hard links are equal names of one file, each with a log of its own: served by both, the file would be damaged. */
function requireOneName(path: string): string {
  const stats = statSync(path)
  if (!stats.isFile() || stats.nlink === 1) return path
  throw alyxError("DATABASE_LINKED", {
    message: `The database ${path} is one file with ${stats.nlink} names (hard links).`,
    next: `Remove the other names (find / -xdev -inum ${stats.ino}), or put a copy of the file in its place.`,
  })
}

function isDeadEnd(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ELOOP")
}

function leadsNowhere(path: string, cause: unknown): Error {
  return alyxError("FILE_UNREADABLE", {
    message: `The database ${path} is a link that leads nowhere.`,
    next: "Remove the link, or name the file itself in database.path.",
    cause,
  })
}
