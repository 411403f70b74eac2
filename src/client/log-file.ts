import { open, rename, stat } from "node:fs/promises"
import type { FileHandle } from "node:fs/promises"

import { unwritable } from "../project/file-errors.ts"
import { freeOldLogName, logBytesMax } from "../project/log-rotation.ts"

/** How much of the end of a log is looked at for its last lines. */
const tailBytesMax = 64 * 1024

/** Opens the log for a daemon that is about to start, putting a large one aside. Only its owner may read it. */
export async function openLogFile(file: string): Promise<FileHandle> {
  const size = await stat(file).then(
    (facts) => facts.size,
    () => 0,
  )
  if (size > logBytesMax) await rename(file, freeOldLogName(file)).catch(() => undefined)
  try {
    return await open(file, "a", 0o600)
  } catch (error) {
    throw unwritable(file, error, "The daemon writes its log there: let this user write it.")
  }
}

/** Returns the last lines of what was written to the log after `fromByte`. */
export async function lastLines(
  file: string,
  options: { readonly count: number; readonly fromByte: number },
): Promise<readonly string[]> {
  const handle = await open(file, "r").catch(() => undefined)
  if (handle === undefined) return []
  try {
    const { size } = await handle.stat()
    const start = Math.max(Math.min(options.fromByte, size), size - tailBytesMax)
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(size - start), position: start })
    const lines = buffer.toString("utf8", 0, bytesRead).split("\n")
    return lines.filter((line) => line.trim() !== "").slice(-options.count)
  } finally {
    await handle.close()
  }
}
