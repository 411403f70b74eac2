import { stat } from "node:fs/promises"

import { readText } from "../project/read-text.ts"
import type { DaemonFile } from "../protocol/admin-api.ts"

/** A daemon.json is a few hundred bytes. */
const fileBytesMax = 64 * 1024

/**
 * Reads `.alyx/daemon.json`, or returns undefined where there is none to trust: it must be whole, be of this project,
 * and it and the socket that it names must belong to this user, since commands are sent there.
 */
export async function readDaemonFile(file: string, projectRoot: string): Promise<DaemonFile | undefined> {
  const content = await readLeftFile(file, projectRoot)
  return content !== undefined && (await isOwn(content.socketPath)) ? content : undefined
}

/** The same without its socket, which a daemon that ends closes before it lets go of the database. */
export async function readLeftFile(file: string, projectRoot: string): Promise<DaemonFile | undefined> {
  const read = readText({ path: file, name: file, bytesMax: fileBytesMax })
  const content = read.kind === "text" ? parse(read.text) : undefined
  if (content?.projectRoot !== projectRoot) return undefined
  return (await isOwn(file)) ? content : undefined
}

/** A file that came with the project could name a socket of the system. Windows has no such numbers. */
async function isOwn(file: string): Promise<boolean> {
  if (process.getuid === undefined) return true
  const facts = await stat(file).catch(() => undefined)
  return facts?.uid === process.getuid()
}

function parse(text: string): DaemonFile | undefined {
  try {
    const content = JSON.parse(text) as Partial<DaemonFile> | null
    const whole =
      typeof content?.socketPath === "string" &&
      typeof content.pid === "number" &&
      typeof content.projectRoot === "string"
    return whole ? (content as DaemonFile) : undefined
  } catch {
    return undefined
  }
}
