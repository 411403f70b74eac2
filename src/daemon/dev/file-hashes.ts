import { createHash } from "node:crypto"
import { open, readdir, stat } from "node:fs/promises"
import type { FileHandle } from "node:fs/promises"
import path from "node:path"

import { cautiousFlags } from "../../lib/regular-file.ts"

/** What files held at some moment, by absolute path. One that is not in it was not there. */
export type FileHashes = ReadonlyMap<string, string>

/** Stands for a file that is not there. */
export const missingHash = "unreadable:ENOENT"

/** Stands for a folder, a device, a pipe or a socket. */
const notFileHash = "unreadable:not-a-file"

/** More than any of these files may have; what changes in a larger one, which is refused anyway, is seen by its facts. */
const hashedBytesMax = 4 * 1024 * 1024

/** How many files are looked at together: each holds a descriptor. */
const filesAtOnceMax = 16

/** Looks at files before they are read for real, so that a save from then on is known as one. */
export async function hashFiles(files: readonly string[]): Promise<FileHashes> {
  const hashes = new Map<string, string>()
  for (let from = 0; from < files.length; from += filesAtOnceMax) {
    const some = files.slice(from, from + filesAtOnceMax)
    const found = await Promise.all(some.map((file) => hashOfFile(file)))
    for (const [index, file] of some.entries()) hashes.set(file, found[index]!)
  }
  return hashes
}

/** The content's hash; what is missing, cannot be read, or is no file that ends, has one of its own. */
export async function hashOfFile(file: string): Promise<string> {
  try {
    // A device may never end and a pipe never begin; even to open one may do something.
    if (!(await stat(file)).isFile()) return notFileHash
    const handle = await open(file, cautiousFlags)
    try {
      return await hashOfHandle(handle)
    } finally {
      await handle.close()
    }
  } catch (error) {
    return `unreadable:${(error as NodeJS.ErrnoException).code ?? "unknown"}`
  }
}

async function hashOfHandle(handle: FileHandle): Promise<string> {
  const stats = await handle.stat()
  if (!stats.isFile()) return notFileHash
  const large = `large:${stats.ino}:${stats.size}:${stats.mtimeMs}`
  if (stats.size > hashedBytesMax) return large
  const hash = createHash("sha256")
  const chunk = Buffer.allocUnsafe(Math.min(stats.size, 256 * 1024) + 1024)
  for (let length = 0; length <= hashedBytesMax;) {
    const { bytesRead } = await handle.read(chunk, 0, chunk.length)
    if (bytesRead === 0) return hash.digest("hex")
    hash.update(chunk.subarray(0, bytesRead))
    length += bytesRead
  }
  return large
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
