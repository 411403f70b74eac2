import { chmod, readFile, writeFile } from "node:fs/promises"

/** Lines that are kept. */
export const historyCountMax = 1_000

/** Reads the lines of earlier sessions, the newest first; a file that cannot be read counts as empty. */
export async function readHistory(file: string): Promise<string[]> {
  const text = await readFile(file, "utf8").catch(() => "")
  return text
    .split("\n")
    .filter((line) => line !== "")
    .slice(0, historyCountMax)
}

/** Keeps the lines for later sessions. Only the owner may read them: statements hold data. */
export async function writeHistory(file: string, lines: readonly string[]): Promise<void> {
  try {
    await writeFile(file, `${lines.slice(0, historyCountMax).join("\n")}\n`, { mode: 0o600 })
    await chmod(file, 0o600)
  } catch {
    // A session without a history is better than one that ends with an error.
  }
}
