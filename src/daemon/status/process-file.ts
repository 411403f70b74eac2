import { rm } from "node:fs/promises"

import { writeFileAtomically } from "../../lib/atomic-write.ts"
import { readText } from "../../project/read-text.ts"
import type { DaemonFile } from "../../protocol/admin-api.ts"

/** A larger one was not written here. */
const processFileBytesMax = 64 * 1024

/** Writes `.alyx/daemon.json`, readable by its owner alone. */
export async function writeProcessFile(file: string, daemon: DaemonFile): Promise<void> {
  await writeFileAtomically(file, `${JSON.stringify(daemon, null, 2)}\n`, { mode: 0o600 })
}

/** Removes the file, unless a later daemon has put its own there. */
export async function removeProcessFile(file: string, pid: number): Promise<void> {
  const read = readText({ path: file, name: file, bytesMax: processFileBytesMax })
  if (read.kind === "text" && isOf(read.text, pid)) await rm(file, { force: true })
}

function isOf(text: string, pid: number): boolean {
  try {
    return (JSON.parse(text) as { pid?: unknown } | null)?.pid === pid
  } catch {
    return true
  }
}
