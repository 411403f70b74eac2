import { chmodSync, lstatSync, mkdirSync } from "node:fs"
import { dirname } from "node:path"

import { alyxError } from "../errors.ts"
import { unwritable } from "./file-errors.ts"
import type { ProjectPaths } from "./paths.ts"

/** Makes the folders of the state and of the socket, closed to others; refuses a socket folder that others control. */
export function preparePrivateFolders(paths: ProjectPaths): void {
  refuseLink(paths.stateDir)
  makeFolder(paths.stateDir, "Alyx keeps its state in the project: let this user write there.")
  closeFolder(paths.stateDir)
  const socketDir = dirname(paths.socketPath)
  if (socketDir === paths.stateDir || paths.socketPath.startsWith("\\\\")) return
  makeFolder(socketDir, "Set XDG_RUNTIME_DIR to a folder that this user may write.")
  // Anybody may have made this folder under /tmp, as a link even, to read along.
  const stats = lstatSync(socketDir)
  const isOurs = stats.isDirectory() && stats.uid === process.getuid?.()
  if (isOurs) closeFolder(socketDir)
  if (!isOurs || (lstatSync(socketDir).mode & 0o077) !== 0) {
    throw alyxError("DAEMON_FAILED", {
      message: `The folder ${socketDir}, which would hold the control socket, is not yours alone.`,
      next: "Remove it, or set XDG_RUNTIME_DIR to a folder of your own.",
    })
  }
}

/** A link that came with a project would have another folder of this user closed to others, and written to. */
function refuseLink(folder: string): void {
  if (lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return
  throw alyxError("FILE_UNWRITABLE", {
    message: `${folder} is a link; Alyx keeps its state in a folder of the project's own.`,
    next: "Remove the link; Alyx makes the folder.",
  })
}

function makeFolder(folder: string, next: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw unwritable(folder, error, next)
  }
}

/** Not every file system has modes or can be written, and a container may run as another user than the folder's. */
function closeFolder(folder: string): void {
  try {
    if ((lstatSync(folder).mode & 0o077) !== 0) chmodSync(folder, 0o700)
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined
    if (code !== "EPERM" && code !== "EROFS") throw error
  }
}
