import { randomBytes } from "node:crypto"
import { link, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises"
import { basename, dirname, join, resolve } from "node:path"

import { alyxError } from "../../../errors.ts"
import { explainFileError } from "../../../project/file-errors.ts"
import type { BackupResponse } from "../../../protocol/data-api.ts"
import { syncFolder } from "../../../lib/sync-folder.ts"
import type { SqliteDatabase } from "./sqlite-database.ts"

/** Where a backup goes: to a file of its own, or among the kept ones of a folder, of which the oldest go. */
export type BackupTarget =
  | { readonly file: string }
  | { readonly dir: string; readonly name: string; readonly keepCount: number }

/** How many backups the folder of a project keeps. */
export const keptBackupCount = 10

/** A part of a backup that was not written to for so long belongs to nobody any more. */
const abandonedAfterMs = 10 * 60_000

/**
 * Copies the database, as it is at one moment, into a new file, while reads and writes go on. The file is there in full
 * or not at all, only its owner can read it (0600), and it never replaces another one. It holds the database alone:
 * keys and other files of the project are not part of it.
 */
export async function writeBackup(database: SqliteDatabase, target: BackupTarget): Promise<BackupResponse> {
  const begin = performance.now()
  const path = resolve("file" in target ? target.file : join(target.dir, backupName(target.name)))
  try {
    if ((await sizeOf(path)) !== null) throw fileExists(path)
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    if ("dir" in target) await removeAbandoned(target.dir)
    await copyTo(database, path)
    if ("dir" in target) await removeOldest(target.dir, { keepCount: target.keepCount, written: path })
  } catch (error) {
    throw diskFull(error) ?? explainFileError(error)
  }
  return { path, bytes: (await sizeOf(path)) ?? 0, durationMs: Math.round(performance.now() - begin) }
}

/** Colons may not stand in the names of files everywhere. */
function backupName(name: string): string {
  const time = new Date().toISOString().replaceAll(":", "-")
  return `${time}-${name.replaceAll(/[^\w-]+/g, "-")}.db`
}

const backupNameRegExp = /^\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}\.\d{3}Z-[\w-]+\.db$/

async function copyTo(database: SqliteDatabase, path: string): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString("hex")}.part`)
  // SQLite writes into a file that is there if it is empty: so its mode is right from the first byte on.
  await (await open(temporary, "wx", 0o600)).close()
  try {
    await database.copyInto(temporary)
    await giveName(temporary, path)
    await syncFolder(dirname(path))
  } finally {
    await rm(temporary, { force: true })
    await rm(`${temporary}-journal`, { force: true })
  }
}

/** Unlike a rename, a link never replaces what is there; not every file system has links. */
async function giveName(temporary: string, path: string): Promise<void> {
  try {
    await link(temporary, path)
  } catch (error) {
    if (codeOf(error) === "EEXIST" || (await sizeOf(path)) !== null) throw fileExists(path)
    await rename(temporary, path)
  }
}

/** Only files that were named here are ever removed, and never the one just written: a clock may have been ahead. */
async function removeOldest(
  dir: string,
  { keepCount, written }: { readonly keepCount: number; readonly written: string },
): Promise<void> {
  const names = (await readdir(dir)).filter((name) => backupNameRegExp.test(name) && name !== basename(written))
  const files = await Promise.all(names.map(async (name) => ({ name, atMs: await changedAtMs(join(dir, name)) })))
  const oldestFirst = files.toSorted((a, b) => a.atMs - b.atMs || (a.name < b.name ? -1 : 1))
  const removedCount = Math.max(0, oldestFirst.length - (keepCount - 1))
  for (const { name } of oldestFirst.slice(0, removedCount)) await rm(join(dir, name), { force: true })
}

/** One that somebody removed meanwhile is the first to go. */
async function changedAtMs(path: string): Promise<number> {
  return (await stat(path).catch(() => null))?.mtimeMs ?? 0
}

/** What a killed daemon left of backups. */
async function removeAbandoned(dir: string): Promise<void> {
  for (const name of await readdir(dir)) {
    if (!/^\..+\.db\.[0-9a-f]{12}\.part$/.test(name)) continue
    const part = join(dir, name)
    if (Date.now() - (await changedAtMs(part)) > abandonedAfterMs) await rm(part, { force: true })
  }
}

function fileExists(path: string): Error {
  return alyxError("FILE_EXISTS", { message: `${path} exists already.`, next: "Name another file for the backup." })
}

function diskFull(error: unknown): Error | null {
  const code = codeOf(error)
  if (code !== "ENOSPC" && code !== "EDQUOT" && code !== "STORAGE_FULL") return null
  return alyxError("STORAGE_FULL", {
    message: "The disk is full; no backup was written.",
    next: "Make room on the disk that holds the backups, or name a place on another one.",
    cause: error,
  })
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && "code" in error ? String(error.code) : null
}

async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null
    throw error
  }
}
