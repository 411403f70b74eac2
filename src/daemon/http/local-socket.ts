import { chmod, lstat, mkdir, rm } from "node:fs/promises"
import { connect } from "node:net"
import path from "node:path"

import { alyxError } from "../../errors.ts"
import { unwritable } from "../../project/file-errors.ts"
import type { HttpListener } from "./listener.ts"

/**
 * Opens the local socket: only its owner may enter the folder (0700) or speak to the socket (0600). A socket file that
 * a killed daemon left is taken away, but only after nothing answered on it.
 */
export async function listenOnSocket(listener: HttpListener, socketPath: string): Promise<void> {
  // A named pipe of Windows has no folder and no mode.
  if (socketPath.startsWith("\\\\")) return listener.listen({ path: socketPath })
  await prepareFolder(path.dirname(socketPath))
  try {
    await listener.listen({ path: socketPath })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error
    await removeStale(socketPath)
    await listener.listen({ path: socketPath })
  }
  await chmod(socketPath, 0o600)
}

async function prepareFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw unwritable(folder, error, "The daemon's socket lies there: let this user write there.")
  })
  const found = await lstat(folder)
  // In a shared temporary folder somebody else may have made it first, to read what is said there.
  if (!found.isDirectory() || (process.getuid !== undefined && found.uid !== process.getuid())) {
    throw alyxError("ADDRESS_UNAVAILABLE", {
      message: `${folder} is no folder of this user's own, so no socket is opened in it.`,
      next: "Remove it, or set XDG_RUNTIME_DIR to a folder of your own.",
    })
  }
  await chmod(folder, 0o700)
}

async function removeStale(socketPath: string): Promise<void> {
  const found = await lstat(socketPath).catch(() => null)
  if (found === null) return
  if (!found.isSocket()) {
    throw alyxError("FILE_EXISTS", { message: `${socketPath} is a file, where the daemon's socket should be.` })
  }
  if (await answers(socketPath)) {
    throw alyxError("PORT_IN_USE", {
      message: `Another process answers on ${socketPath}.`,
      next: "It is probably a daemon of the same project: `alyx stop` ends it.",
    })
  }
  await rm(socketPath, { force: true })
}

function answers(socketPath: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect(socketPath)
  socket.once("connect", () => resolve(true))
  socket.once("error", (error: NodeJS.ErrnoException) =>
    resolve(!["ECONNREFUSED", "ENOENT"].includes(error.code ?? "")),
  )
  return promise.finally(() => socket.destroy())
}
