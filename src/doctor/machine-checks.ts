import { existsSync, readFileSync } from "node:fs"
import { statfs } from "node:fs/promises"
import { createServer } from "node:net"
import { dirname } from "node:path"

import type { DaemonFile } from "../protocol/admin-api.ts"
import type { CheckSurroundings, Finding } from "./check.ts"
import { fine } from "./check.ts"

/** Less than this and the next backup, or the log of the database, may not fit. */
const freeBytesWarned = 1024 ** 3
const freeBytesMin = 100 * 1024 ** 2

/** A project is watched with a handful; other programs of the user share them. */
const watchesWarned = 8_192

/** Node as the package wants it. */
export function checkNode({ packageRoot }: Pick<CheckSurroundings, "packageRoot">): Finding {
  const title = "Node.js"
  const { engines } = JSON.parse(readFileSync(`${packageRoot}/package.json`, "utf8")) as { engines: { node: string } }
  const [wanted, found] = [engines.node.replace(/^>=\s*/, ""), process.versions.node]
  if (isAtLeast(found, wanted)) return fine(title, `${found} on ${process.platform}-${process.arch}`)
  return {
    title,
    status: "problem",
    message: `${found}; Alyx needs ${wanted} or newer.`,
    next: "Install a newer Node.js from nodejs.org, or with your version manager.",
  }
}

/** Compares versions part by part. */
export function isAtLeast(found: string, wanted: string): boolean {
  const [a, b] = [found, wanted].map((version) => version.split(".").map(Number))
  for (const [index, part] of b!.entries()) {
    const own = a![index] ?? 0
    if (own !== part) return own > part
  }
  return true
}

/** Whether the port of the configuration can be had, or is this project's own daemon's. */
export async function checkPort({ config }: CheckSurroundings, daemon: DaemonFile | undefined): Promise<Finding> {
  const title = "Port"
  if (config === null) return { title, status: "skipped", message: "The configuration has to be mended first." }
  const { host, port } = config.server
  if (daemon !== undefined && daemon.url !== null) return fine(title, `The daemon listens on ${daemon.url}.`)
  if (port === 0) return fine(title, "Any free one is taken.")
  const code = await tryToListen(host, port)
  if (code === undefined) return fine(title, `${host}:${port} is free.`)
  if (code === "EADDRINUSE") {
    return {
      title,
      status: "warning",
      message: `Another program listens on ${host}:${port}.`,
      next: "alyx dev takes the next free one; for alyx start set server.port, or end that program.",
    }
  }
  return {
    title,
    status: "problem",
    message: `This machine cannot listen on ${host}:${port} (${code}).`,
    next: "Set server.host to an address of this machine, and server.port to one that this user may have.",
  }
}

function tryToListen(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)))
  })
}

/** Room for the log of the database and for a backup of it. */
export async function checkDisk({ config, paths }: CheckSurroundings, databaseBytes: number): Promise<Finding> {
  const title = "Disk"
  const folder = existingFolder(config === null ? paths.root : dirname(config.database.path))
  const { bavail, bsize } = await statfs(folder)
  const freeBytes = bavail * bsize
  const free = `${gigabytes(freeBytes)} free where the database is`
  if (freeBytes < freeBytesMin || freeBytes < databaseBytes) {
    const what = freeBytes < freeBytesMin ? "Writes will soon fail." : "A backup does not fit."
    return { title, status: "problem", message: `${free}. ${what}`, next: "Make room, or move database.path." }
  }
  if (freeBytes < freeBytesWarned) return { title, status: "warning", message: `${free}.`, next: "Make room." }
  return fine(title, `${free}.`)
}

function existingFolder(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : existingFolder(dirname(folder))
}

function gigabytes(bytes: number): string {
  return bytes >= 1024 ** 3 ? `${(bytes / 1024 ** 3).toFixed(1)} GB` : `${Math.round(bytes / 1024 ** 2)} MB`
}

/** Linux hands out watched files sparingly in some distributions and containers. */
export function checkWatches(file = "/proc/sys/fs/inotify/max_user_watches"): Finding | undefined {
  if (!existsSync(file)) return undefined
  const title = "Watched files"
  const count = Number(readFileSync(file, "utf8"))
  if (count >= watchesWarned) return fine(title, `The system allows ${count.toLocaleString("en")}.`)
  return {
    title,
    status: "warning",
    message: `The system allows only ${count.toLocaleString("en")}, which all programs of a user share.`,
    next: "Raise fs.inotify.max_user_watches, or start with ALYX_WATCH=poll.",
  }
}
