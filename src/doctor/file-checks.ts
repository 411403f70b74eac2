import type { Stats } from "node:fs"
import { chmod, lstat, readdir, realpath, rm } from "node:fs/promises"
import { basename, dirname, join, sep } from "node:path"

import { isRunning } from "../client/is-running.ts"
import { readText } from "../project/read-text.ts"
import type { DaemonFile } from "../protocol/admin-api.ts"
import type { CheckSurroundings, Finding } from "./check.ts"
import { fine } from "./check.ts"

/** What a killed process left: daemon.json of a dead one, its socket, parts of files, and databases that were made. */
export async function checkStaleFiles(
  { paths, config }: CheckSurroundings,
  daemon: DaemonFile | undefined,
): Promise<Finding> {
  const title = "Stale files"
  const state = await lookAt(paths.stateDir)
  if (state !== undefined && !isOwnFolder(state)) {
    return {
      title,
      status: "warning",
      message: `${paths.stateDir} is a link, or no folder of this user's own; what is behind it is left alone.`,
      next: "Remove it while no daemon runs; Alyx makes the folder anew.",
    }
  }
  if (daemon !== undefined) return fine(title, "The daemon runs; what it has is in use.")
  const stale = await staleFiles(paths, config?.database.path)
  if (stale.length === 0) return fine(title, "None.")
  return {
    title,
    status: "warning",
    message: `No daemon runs, but these are there: ${stale.join(", ")}.`,
    next: "They do no harm; alyx doctor --fix removes them.",
    fix: async () => {
      for (const file of stale) await rm(file, { force: true })
      return `Removed ${stale.length === 1 ? "it" : `${stale.length} files`}.`
    },
  }
}

async function staleFiles(paths: CheckSurroundings["paths"], database: string | undefined): Promise<readonly string[]> {
  const { stateDir, backupsDir, lastGoodSchemaFile } = paths
  const folders = [stateDir, backupsDir, dirname(lastGoodSchemaFile)]
  const parts = await Promise.all(folders.map((folder) => filesNamed(folder, partRegExp)))
  const contents = database === undefined ? [] : await unfinishedContents(database)
  return [...(await staleOfDaemon(paths)), ...parts.flat(), ...contents]
}

/** A daemon.json is a few hundred bytes. */
const daemonFileBytesMax = 64 * 1024

/** A file that names a process which still runs is not stale: it may be starting, or hang. */
async function staleOfDaemon({ daemonFile, socketPath }: CheckSurroundings["paths"]): Promise<readonly string[]> {
  const text = textOf(daemonFile, daemonFileBytesMax)
  const pid = Number(/"pid":\s*(\d+)/.exec(text)?.[1])
  if (pid > 0 && (await isRunning(pid))) return []
  const found = await Promise.all([daemonFile, socketPath].map(lookAt))
  return found.filter((file) => file?.kind === "file" || file?.kind === "socket").map((file) => file!.path)
}

/** Names that atomic writes and backups give to what is not finished. */
const partRegExp = /^\..+\.[0-9a-f]{12}\.(part|tmp)(-journal)?$/

/** What a restore or a reset that was killed left beside the database: a whole copy of it, perhaps. */
async function unfinishedContents(database: string): Promise<readonly string[]> {
  const begin = `.${basename(database)}.`
  const files = await filesNamed(dirname(database), /\.[0-9a-f]{12}\.new(-wal|-shm|-journal)?$/)
  return files.filter((file) => basename(file).startsWith(begin))
}

/** Files only, and only those right in a folder of this user's own: what a link leads to is not Alyx's. */
async function filesNamed(folder: string, name: RegExp): Promise<readonly string[]> {
  const facts = await lookAt(folder)
  if (facts === undefined || !isOwnFolder(facts)) return []
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  return entries.filter((entry) => entry.isFile() && name.test(entry.name)).map((entry) => join(folder, entry.name))
}

interface FileFacts {
  readonly path: string
  readonly kind: "folder" | "file" | "socket" | "other"
  readonly mode: number
  readonly isOwn: boolean
}

/** What stands at a path itself; a link is none of the kinds that matter here. */
async function lookAt(path: string): Promise<FileFacts | undefined> {
  const stats = await lstat(path).catch(() => undefined)
  if (stats === undefined) return undefined
  const isOwn = process.getuid === undefined || stats.uid === process.getuid()
  return { path, kind: kindOf(stats), mode: stats.mode & 0o777, isOwn }
}

function kindOf(stats: Stats): FileFacts["kind"] {
  if (stats.isDirectory()) return "folder"
  if (stats.isFile()) return "file"
  return stats.isSocket() ? "socket" : "other"
}

function isOwnFolder({ kind, isOwn }: FileFacts): boolean {
  return kind === "folder" && isOwn
}

/** What may hold secrets or people's data is for its owner alone. */
export async function checkModes(surroundings: CheckSurroundings): Promise<Finding> {
  const title = "File modes"
  if (process.platform === "win32") return fine(title, "Windows keeps them by other means.")
  const found = await privateFiles(surroundings)
  const foreign = found.filter(({ isOwn }) => !isOwn)
  if (foreign.length > 0) {
    const names = foreign.map(({ path }) => path).join(", ")
    const next = "Run Alyx as their owner, or give them to this user with chown."
    return { title, status: "problem", message: `These belong to another user: ${names}.`, next }
  }
  const open = found.filter(isOpen)
  if (open.length === 0) return fine(title, "Only this user can read what Alyx keeps.")
  const names = open.map(({ path, mode }) => `${path} (${mode.toString(8)})`).join(", ")
  return {
    title,
    status: "warning",
    message: `Other users of this machine may read: ${names}.`,
    next: "alyx doctor --fix closes them.",
    fix: () => closeFiles(surroundings),
  }
}

/** Those of the project's files that are there and are for their owner alone; nothing that a link leads to. */
async function privateFiles({ paths, config }: CheckSurroundings): Promise<readonly FileFacts[]> {
  const { stateDir, daemonFile, socketPath, logFile, envFiles } = paths
  const data = config === null ? [] : [config.database.path, `${config.database.path}-wal`]
  const files = [stateDir, daemonFile, socketPath, logFile, ...envFiles, ...data]
  const found = await Promise.all(
    files.map(async (file) => ((await isBehindLink(paths, file)) ? undefined : lookAt(file))),
  )
  return found.filter((file) => file !== undefined && file.kind !== "other").map((file) => file!)
}

/** True for a path in the project that a linked folder takes elsewhere. */
async function isBehindLink({ root }: CheckSurroundings["paths"], file: string): Promise<boolean> {
  const folder = dirname(file)
  if (folder !== root && !folder.startsWith(root + sep)) return false
  const real = await realpath(folder).catch(() => folder)
  return real !== folder
}

function isOpen({ mode }: FileFacts): boolean {
  return (mode & 0o077) !== 0
}

/** Looks again: what was found may be gone, removed as stale a moment ago. */
async function closeFiles(surroundings: CheckSurroundings): Promise<string> {
  let count = 0
  for (const { path, mode } of (await privateFiles(surroundings)).filter(isOpen)) {
    try {
      await chmod(path, mode & 0o700)
      count += 1
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error
    }
  }
  return count === 0 ? "Nothing was left to close." : `Closed ${count === 1 ? "it" : `${count} of them`}.`
}

/** What git must never get. */
const ignoredNames = [".alyx/", "data/", ".env"]

/** A longer one is taken for none. */
const gitIgnoreBytesMax = 1024 * 1024

/** Whether a repository would take up the database, the state or the secrets. */
export async function checkGitIgnore({ paths }: CheckSurroundings): Promise<Finding | undefined> {
  const isRepository = (await lookAt(join(paths.root, ".git"))) !== undefined
  if (!isRepository) return undefined
  const title = ".gitignore"
  const text = textOf(join(paths.root, ".gitignore"), gitIgnoreBytesMax)
  const lines = new Set(
    text.split("\n").map((line) =>
      line
        .trim()
        .replace(/^\//, "")
        .replace(/\/?\**$/, ""),
    ),
  )
  const missing = ignoredNames.filter((name) => !lines.has(name.replace(/\/$/, "")))
  if (missing.length === 0) return fine(title, "The database, the state and .env stay out of git.")
  return {
    title,
    status: "warning",
    message: `It does not name ${missing.join(", ")}, so git may take up data or secrets.`,
    next: `Add ${missing.length === 1 ? "this line" : "these lines"} to .gitignore: ${missing.join(" ")}`,
  }
}

/** The text of a file; empty when there is none to read. */
function textOf(path: string, bytesMax: number): string {
  const read = readText({ path, name: path, bytesMax })
  return read.kind === "text" ? read.text : ""
}
