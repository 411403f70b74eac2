import { readFile, stat } from "node:fs/promises"

import { alyxError } from "../errors.ts"
import type { ProjectPaths } from "../project/paths.ts"
import type { DaemonFile } from "../protocol/admin-api.ts"
import { isRunning } from "./is-running.ts"

/**
 * Throws DAEMON_NOT_YOURS where a daemon of another user serves the project, or where only that user could see whether
 * one does: "not running" would be wrong. For commands that found no daemon of this user.
 */
export async function refuseForeignDaemon({ root, stateDir, daemonFile }: ProjectPaths): Promise<void> {
  // Windows has no such numbers, and Windows itself keeps others from the pipe.
  if (process.getuid === undefined) return
  try {
    const { uid } = await stat(daemonFile)
    if (uid === process.getuid()) return
    const { pid } = JSON.parse(await readFile(daemonFile, "utf8")) as DaemonFile
    if (await isRunning(pid)) throw notYours(`A daemon of another user (uid ${uid}) serves ${root} (process ${pid}).`)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EACCES") {
      if (error instanceof SyntaxError || isMissing(error)) return
      throw error
    }
    const owner = await stat(stateDir).then(
      ({ uid }) => ` (uid ${uid})`,
      () => "",
    )
    throw notYours(`${stateDir} belongs to another user${owner}, and so does the daemon that may serve ${root}.`)
  }
}

function notYours(message: string): Error {
  return alyxError("DAEMON_NOT_YOURS", { message, next: "Run the command as that user, for instance with sudo -u." })
}

function isMissing(error: unknown): boolean {
  const { code = "" } = error as NodeJS.ErrnoException
  return ["ENOENT", "ENOTDIR", "ELOOP", "ENAMETOOLONG"].includes(code)
}
