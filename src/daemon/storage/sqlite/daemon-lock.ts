import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"
import { DatabaseSync } from "node:sqlite"

import { alyxError } from "../../../errors.ts"
import { explainFileError, unwritable } from "../../../project/file-errors.ts"
import { sqliteCodes, sqlitePrimaryCode, translateSqliteError } from "./sqlite-errors.ts"

/** A lock that is held until it is released, or its process ends in whatever way. */
export interface DaemonLock {
  release(): void
}

/**
 * Makes this process the only daemon of a database. The lock is a transaction that stays open on `<database>.lock`, an
 * empty SQLite file: the system itself gives it up when the process dies, so nothing stale is ever left. The number in
 * `<database>.pid` is only for the message.
 */
export function acquireDaemonLock(databasePath: string): DaemonLock {
  const lockPath = `${databasePath}.lock`
  const pidPath = `${databasePath}.pid`
  const database = openLockFile(lockPath)
  try {
    database.exec("BEGIN EXCLUSIVE")
    writeFileSync(pidPath, `${process.pid}\n`, { mode: 0o600 })
  } catch (error) {
    database.close()
    if (sqlitePrimaryCode(error) === sqliteCodes.busy) throw lockedError(databasePath, pidPath)
    throw translateSqliteError(explainFileError(error))
  }
  return {
    release: () => {
      if (!database.isOpen) return
      rmSync(pidPath, { force: true })
      database.close()
    },
  }
}

function openLockFile(path: string): DatabaseSync {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    createPrivately(path)
    return new DatabaseSync(path, { timeout: 0 })
  } catch (error) {
    throw unwritable(path, error, "Check that its folder may be written by this user.")
  }
}

/** A file that exists is not opened: closing a descriptor of it would drop a lock that this process holds. */
function createPrivately(path: string): void {
  try {
    closeSync(openSync(path, "wx", 0o600))
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error
  }
}

function lockedError(databasePath: string, pidPath: string): Error {
  const pid = readPid(pidPath)
  return alyxError("DATABASE_LOCKED", {
    message: `Another daemon${pid === undefined ? "" : ` (pid ${pid})`} serves ${databasePath}.`,
    next: "Use that one (alyx status), or end it with alyx stop.",
    ...(pid === undefined ? {} : { details: { pid } }),
  })
}

function readPid(path: string): number | undefined {
  try {
    const pid = Number(readFileSync(path, "utf8"))
    return Number.isInteger(pid) && pid > 0 ? pid : undefined
  } catch {
    return undefined
  }
}
