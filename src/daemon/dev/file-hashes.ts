import { createHash } from "node:crypto"
import { readdir, readFile } from "node:fs/promises"
import path from "node:path"

/** What files held at some moment, by absolute path. One that is not in it was not there. */
export type FileHashes = ReadonlyMap<string, string>

/** Stands for a file that is not there. */
export const missingHash = "unreadable:ENOENT"

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

/** The YAML files of a folder, by absolute path; none when there is no folder. */
export async function yamlFilesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => [])
  return names.filter(isYamlFile).map((name) => path.join(folder, name))
}

/** True for YAML files that an editor does not keep for itself. */
export function isYamlFile(file: string): boolean {
  return /^[^.].*\.ya?ml$/i.test(path.basename(file))
}
