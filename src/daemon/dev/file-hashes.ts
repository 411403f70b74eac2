import { createHash } from "node:crypto"
import { readFile } from "node:fs/promises"

/** What files held at some moment, by absolute path. */
export type FileHashes = ReadonlyMap<string, string>

/** Looks at files before they are read for real, so that a save from then on is known as one. */
export async function hashFiles(files: readonly string[]): Promise<FileHashes> {
  return new Map(await Promise.all(files.map(async (file) => [file, await hashOfFile(file)] as const)))
}

/** The content's hash; a file that is missing or cannot be read has one of its own. */
export async function hashOfFile(file: string): Promise<string> {
  try {
    return createHash("sha256")
      .update(await readFile(file))
      .digest("hex")
  } catch (error) {
    return `unreadable:${(error as NodeJS.ErrnoException).code ?? "unknown"}`
  }
}
