import { chmod, lstat, readFile, readdir, rm } from "node:fs/promises"
import { join } from "node:path"

import { isRunning } from "../client/is-running.ts"
import type { DaemonFile } from "../protocol/admin-api.ts"
import type { CheckSurroundings, Finding } from "./check.ts"
import { fine } from "./check.ts"

/** What a killed process left: daemon.json of a dead one, its socket, and parts of files. */
export async function checkStaleFiles({ paths }: CheckSurroundings, daemon: DaemonFile | undefined): Promise<Finding> {
  const title = "Stale files"
  if (daemon !== undefined) return fine(title, "The daemon runs; what it has is in use.")
  const stale = [...(await staleOfDaemon(paths)), ...(await unfinishedParts(paths.stateDir))]
  if (stale.length === 0) return fine(title, "None.")
  return {
    title,
    status: "warning",
    message: `No daemon runs, but these are there: ${stale.join(", ")}.`,
    next: "They do no harm; alyx doctor --fix removes them.",
    fix: async () => {
      for (const file of stale) await rm(file, { force: true, recursive: true })
      return `Removed ${stale.length === 1 ? "it" : `${stale.length} files`}.`
    },
  }
}

/** A file that names a process which still runs is not stale: it may be starting, or hang. */
async function staleOfDaemon(paths: CheckSurroundings["paths"]): Promise<readonly string[]> {
  const text = await readFile(paths.daemonFile, "utf8").catch(() => "")
  const pid = Number(/"pid":\s*(\d+)/.exec(text)?.[1])
  if (pid > 0 && (await isRunning(pid))) return []
  const found = await Promise.all([paths.daemonFile, paths.socketPath].map((file) => facts(file)))
  return found.filter((file) => file !== undefined).map(({ path }) => path)
}

/** Names that atomic writes and backups give to what is not finished. */
const partRegExp = /^\..+\.[0-9a-f]{12}\.(part|tmp)(-journal)?$/

async function unfinishedParts(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => [])
  return entries.filter((entry) => partRegExp.test(entry.name)).map((entry) => join(entry.parentPath, entry.name))
}

interface FileFacts {
  readonly path: string
  readonly mode: number
  readonly isOwn: boolean
}

async function facts(path: string): Promise<FileFacts | undefined> {
  const stats = await lstat(path).catch(() => undefined)
  if (stats === undefined || stats.isSymbolicLink()) return undefined
  return { path, mode: stats.mode & 0o777, isOwn: process.getuid === undefined || stats.uid === process.getuid() }
}

/** What may hold secrets or people's data is for its owner alone. */
export async function checkModes({ paths, config }: CheckSurroundings): Promise<Finding> {
  const title = "File modes"
  if (process.platform === "win32") return fine(title, "Windows keeps them by other means.")
  const data = config === null ? [] : [config.database.path, `${config.database.path}-wal`]
  const files = [paths.stateDir, paths.daemonFile, paths.socketPath, paths.logFile, ...paths.envFiles, ...data]
  const found = (await Promise.all(files.map((file) => facts(file)))).filter((file) => file !== undefined)
  const foreign = found.filter(({ isOwn }) => !isOwn)
  if (foreign.length > 0) {
    const names = foreign.map(({ path }) => path).join(", ")
    const next = "Run Alyx as their owner, or give them to this user with chown."
    return { title, status: "problem", message: `These belong to another user: ${names}.`, next }
  }
  const open = found.filter(({ mode }) => (mode & 0o077) !== 0)
  if (open.length === 0) return fine(title, "Only this user can read what Alyx keeps.")
  const names = open.map(({ path, mode }) => `${path} (${mode.toString(8)})`).join(", ")
  return {
    title,
    status: "warning",
    message: `Other users of this machine may read: ${names}.`,
    next: "alyx doctor --fix closes them.",
    fix: async () => {
      for (const { path, mode } of open) await chmod(path, mode & 0o700)
      return `Closed ${open.length === 1 ? "it" : `${open.length} of them`}.`
    },
  }
}

/** What git must never get. */
const ignoredNames = [".alyx/", "data/", ".env"]

/** Whether a repository would take up the database, the state or the secrets. */
export async function checkGitIgnore({ paths }: CheckSurroundings): Promise<Finding | undefined> {
  const isRepository = (await facts(join(paths.root, ".git"))) !== undefined
  if (!isRepository) return undefined
  const title = ".gitignore"
  const text = await readFile(join(paths.root, ".gitignore"), "utf8").catch(() => "")
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
