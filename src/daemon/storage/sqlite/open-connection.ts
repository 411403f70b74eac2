import { closeSync, fsyncSync, mkdirSync, openSync } from "node:fs"
import { dirname } from "node:path"
import { DatabaseSync } from "node:sqlite"

import { alyxError } from "../../../errors.ts"
import { unwritable } from "../../../project/file-errors.ts"
import { registerMigrationFunctions } from "./migration-functions.ts"
import { SqliteConnection } from "./sqlite-connection.ts"
import { sqliteCodes, sqlitePrimaryCode, translateSqliteError } from "./sqlite-errors.ts"

/** "Alyx" in ASCII: lets `file` and other tools tell whose database it is. */
const applicationId = 0x41_6c_79_78

/**
 * The longest text or row: the largest document that a body can bring (server.body_limit, 64 MB at most), and room for
 * what is added to it. SQLite builds a page of documents as one text: without a limit, 500 large documents would take
 * a gigabyte of memory, and beyond 512 MB node:sqlite gives no rows at all, without an error.
 */
const valueBytesMax = 72 * 1024 * 1024

/** How the main connection is opened. */
export interface ConnectionOptions {
  readonly path: string
  readonly cacheBytes: number
  /** The -wal file is cut back to this size when it starts anew, so that its size tells how much it holds. */
  readonly walBytesMax: number
  /** What SQL calls as alyx_step(). */
  readonly step: () => number
}

/** Opens the one connection of the main thread, creating the file (0600) and its folder (0700) when they are missing. */
export function openMainConnection(options: ConnectionOptions): SqliteConnection {
  createPrivateFile(options.path)
  const database = openChecked(options.path, { readOnly: false })
  try {
    database.exec(`PRAGMA journal_mode = WAL`)
    database.exec(`PRAGMA journal_size_limit = ${options.walBytesMax}`)
    database.exec(`PRAGMA wal_autocheckpoint = 0`)
    setCommonPragmas(database, options.cacheBytes)
    if (database.prepare("PRAGMA application_id").get()?.["application_id"] === 0) {
      database.exec(`PRAGMA application_id = ${applicationId}`)
    }
    registerFunctions(database, options.step)
    syncFolder(dirname(options.path))
    return new SqliteConnection(database)
  } catch (error) {
    database.close()
    throw openError(options.path, error)
  }
}

/** Opens a connection that can only read, for processes beside the main one. A read there may take its time. */
export function openReadConnection(path: string, cacheBytes: number): SqliteConnection {
  return openPrepared(path, { readOnly: true }, (database) => {
    setCommonPragmas(database, cacheBytes)
    database.exec("PRAGMA query_only = ON")
    registerFunctions(database, () => 1)
    return new SqliteConnection(database)
  })
}

/** Opens a connection that copies the whole file: it reads each page once, and needs no cache to speak of. */
export function openBackupConnection(path: string): SqliteConnection {
  return openPrepared(path, { readOnly: true }, (database) => {
    setCommonPragmas(database, backupCacheBytes)
    return new SqliteConnection(database)
  })
}

const backupCacheBytes = 2 * 1024 * 1024

/** Opens a second connection that writes, for a worker thread; the main connection keeps out of its way meanwhile. */
export function openWorkerConnection(path: string, cacheBytes: number): SqliteConnection {
  return openPrepared(path, { readOnly: false }, (database) => {
    database.exec("PRAGMA wal_autocheckpoint = 0")
    setCommonPragmas(database, cacheBytes)
    registerMigrationFunctions(database)
    return new SqliteConnection(database)
  })
}

/** Opens a second connection of the main thread, for transactions that wait; group commits keep out of its way meanwhile. */
export function openInteractiveConnection(path: string, step: () => number): SqliteConnection {
  return openPrepared(path, { readOnly: false }, (database) => {
    database.exec("PRAGMA wal_autocheckpoint = 0")
    setCommonPragmas(database, interactiveCacheBytes)
    registerFunctions(database, step)
    return new SqliteConnection(database)
  })
}

const interactiveCacheBytes = 8 * 1024 * 1024

/** Opens a file for work of its own beside the daemon: a person's statements, or a database that is being built. */
export function openPlainConnection(path: string, options: { readonly readOnly: boolean }): DatabaseSync {
  return openPrepared(path, options, (database) => {
    database.exec("PRAGMA wal_autocheckpoint = 0")
    setCommonPragmas(database, plainCacheBytes)
    return database
  })
}

const plainCacheBytes = 16 * 1024 * 1024

/** Opens a new file that is thrown away when anything goes wrong with it: nothing of it is secured on the way. */
export function openBuildConnection(path: string): SqliteConnection {
  const database = openPlainConnection(path, { readOnly: false })
  database.exec(
    "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; PRAGMA temp_store = FILE",
  )
  database.exec(`PRAGMA application_id = ${applicationId}`)
  return new SqliteConnection(database)
}

function setCommonPragmas(database: DatabaseSync, cacheBytes: number): void {
  database.exec(`
    PRAGMA synchronous = NORMAL;
    PRAGMA busy_timeout = 0;
    PRAGMA foreign_keys = ON;
    PRAGMA recursive_triggers = ON;
    PRAGMA trusted_schema = OFF;
    PRAGMA cell_size_check = ON;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -${Math.max(1, Math.round(cacheBytes / 1024))};
  `)
}

/**
 * JSON cannot hold bytes: answers that SQLite builds pass blobs through alyx_base64. Reads that may be given up call
 * alyx_step for every row. No table or trigger may use either.
 */
function registerFunctions(database: DatabaseSync, step: () => number): void {
  registerMigrationFunctions(database)
  database.function("alyx_step", { directOnly: true }, step)
  database.function("alyx_base64", { deterministic: true, directOnly: true }, (bytes) =>
    bytes instanceof Uint8Array
      ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64")
      : null,
  )
}

/** Opens the file and sets it up; what is open is closed again when that fails. */
function openPrepared<T>(
  path: string,
  options: { readonly readOnly: boolean },
  prepare: (database: DatabaseSync) => T,
): T {
  const database = openChecked(path, options)
  try {
    return prepare(database)
  } catch (error) {
    database.close()
    throw openError(path, error)
  }
}

/** Opens the file and reads its schema, before anything is written: a damaged or foreign file stays as it is. */
function openChecked(path: string, options: { readonly readOnly: boolean }): DatabaseSync {
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(path, {
      readOnly: options.readOnly,
      enableForeignKeyConstraints: true,
      timeout: 0,
      limits: { length: valueBytesMax },
    })
    database.prepare("SELECT count(*) FROM sqlite_schema").get()
    return database
  } catch (error) {
    database?.close()
    throw openError(path, error)
  }
}

function openError(path: string, error: unknown): unknown {
  const code = sqlitePrimaryCode(error)
  if (code === sqliteCodes.cannotOpen) return unreadable(path, error)
  if (code === sqliteCodes.notADatabase || code === sqliteCodes.corrupt) {
    return alyxError("DATABASE_CORRUPT", {
      message: `${path} is not a SQLite database, or is damaged. It was left as it is.`,
      next: "Name another file in database.path, or move this one away and restore a backup in its place.",
      cause: error,
    })
  }
  if (code !== sqliteCodes.busy) return translateSqliteError(error)
  return alyxError("DATABASE_BUSY", {
    message: `${path} is locked by another program.`,
    next: "Close the other program, then start again.",
    retryAfterSeconds: 1,
    cause: error,
  })
}

function unreadable(path: string, cause: unknown): Error {
  return alyxError("FILE_UNREADABLE", {
    message: `The database ${path} cannot be opened.`,
    next: "Check that its folder exists, is no file, and may be read and written by this user.",
    cause,
  })
}

/**
 * Makes the file so that only its owner can read it; SQLite gives -wal and -shm the same mode. A file that exists is
 * not touched: closing a descriptor of it would drop the locks of another connection in this process.
 */
function createPrivateFile(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    closeSync(openSync(path, "wx", 0o600))
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return
    throw unwritable(path, error, "Check that its folder exists, is no file, and may be written by this user.")
  }
}

/** Makes the names of new files durable: SQLite itself does so only at its first own sync. */
function syncFolder(folder: string): void {
  if (process.platform === "win32") return
  const descriptor = openSync(folder, "r")
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
