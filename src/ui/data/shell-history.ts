import { writeFileAtomically } from "../../lib/atomic-write.ts"
import { readText } from "../../project/read-text.ts"

/** Lines that are kept. */
export const historyCountMax = 1_000

/** A larger file is not one that was written here. */
const historyBytesMax = 64 * 1024 * 1024

/** Reads the lines of earlier sessions, the newest first; a file that cannot be read counts as empty. */
export function readHistory(file: string): string[] {
  const read = readText({ path: file, name: file, bytesMax: historyBytesMax })
  if (read.kind !== "text") return []
  return read.text
    .split("\n")
    .filter((line) => line !== "")
    .slice(0, historyCountMax)
}

/** Keeps the lines for later sessions. Only the owner may read them: statements hold data. */
export async function writeHistory(file: string, lines: readonly string[]): Promise<void> {
  try {
    // A link in its place is replaced, and what it leads to stays as it is.
    await writeFileAtomically(file, `${lines.slice(0, historyCountMax).join("\n")}\n`, { mode: 0o600 })
  } catch {
    // A session without a history is better than one that ends with an error.
  }
}
