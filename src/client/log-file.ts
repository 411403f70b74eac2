import { constants } from "node:fs"
import { lstat, open, rename } from "node:fs/promises"
import type { FileHandle } from "node:fs/promises"

import { alyxError } from "../errors.ts"
import { cautiousFlags } from "../lib/regular-file.ts"
import { unwritable } from "../project/file-errors.ts"
import { freeOldLogName, logBytesMax } from "../project/log-rotation.ts"

/** How much of the end of a log is looked at for its last lines. */
const tailBytesMax = 64 * 1024

/** Adds to the end of a file, and never to what a link leads to: a project may bring one to a file of this user. */
const appendFlags =
  constants.O_WRONLY |
  constants.O_APPEND |
  constants.O_CREAT |
  (constants.O_NOFOLLOW ?? 0) |
  (constants.O_NONBLOCK ?? 0)

/** Opens the log for a daemon that is about to start, putting a large one aside. Only its owner may read it. */
export async function openLogFile(file: string): Promise<FileHandle> {
  const facts = await lstat(file).catch(() => undefined)
  if (facts !== undefined && !facts.isFile()) {
    throw alyxError("FILE_UNWRITABLE", {
      message: `${file} is a link, or something else than a file; the daemon writes its log there.`,
      next: "Remove it.",
    })
  }
  if (facts !== undefined && facts.size > logBytesMax) await rename(file, freeOldLogName(file)).catch(() => undefined)
  try {
    return await open(file, appendFlags, 0o600)
  } catch (error) {
    throw unwritable(file, error, "The daemon writes its log there: let this user write it.")
  }
}

/** Returns the last lines of what was written to the log after `fromByte`. */
export async function lastLines(
  file: string,
  options: { readonly count: number; readonly fromByte: number },
): Promise<readonly string[]> {
  const handle = await open(file, cautiousFlags).catch(() => undefined)
  if (handle === undefined) return []
  try {
    const facts = await handle.stat()
    if (!facts.isFile()) return []
    const { size } = facts
    const start = Math.max(Math.min(options.fromByte, size), size - tailBytesMax)
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(size - start), position: start })
    const lines = buffer.toString("utf8", 0, bytesRead).split("\n")
    return lines.filter((line) => line.trim() !== "").slice(-options.count)
  } finally {
    await handle.close()
  }
}
