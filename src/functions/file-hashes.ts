import { createHash } from "node:crypto"
import { readFile, stat } from "node:fs/promises"

import { BoundedCache } from "../lib/bounded-cache.ts"

/** File systems stamp changes with a clock that ticks every few milliseconds, so what was saved after a moment may say before. */
export const clockTickMs = 20

/** How many files are open at a time. */
const openCountMax = 32

/** Some 400 bytes each. */
const keptCountMax = 20_000

/** What a file held, and when it last changed before or while it was read. */
export interface FileHash {
  /** SHA-256 in hex; that of its absence is a word. */
  readonly hash: string
  /** Milliseconds since the epoch. */
  readonly changedMs: number
}

/** A hash with what the file system said of the file around its reading. */
interface Kept extends FileHash {
  readonly mark: string
}

const absent: FileHash = { hash: "gone", changedMs: Infinity }

/**
 * Hashes of files, each of which is read again only when its size, its times or its place on the disk are others: a function may
 * be made of hundreds of files of packages. A file that changed a moment ago is not kept, since its next change may look the same.
 */
export class FileHashes {
  readonly #kept = new BoundedCache<Kept>({ sizeMax: keptCountMax, keyLengthMax: 4_096 })

  /** In the order of the files. What cannot be read is absent, and has changed later than anything. */
  async read(files: readonly string[]): Promise<readonly FileHash[]> {
    const hashes: FileHash[] = []
    for (let at = 0; at < files.length; at += openCountMax) {
      const some = files.slice(at, at + openCountMax)
      hashes.push(...(await Promise.all(some.map((file) => this.#read(file).catch(() => absent)))))
    }
    return hashes
  }

  async #read(file: string): Promise<FileHash> {
    const before = await markOf(file)
    const kept = this.#kept.peek(file)
    if (kept !== undefined && kept.mark === before.mark) return kept
    const hash = hashOf(await readFile(file))
    // Looked at after it was read: what is saved in between must not be taken for what was read.
    const { mark, changedMs } = await markOf(file)
    const isSettled = mark === before.mark && changedMs < before.lookedAtMs - clockTickMs
    if (isSettled) this.#kept.set(file, { hash, changedMs, mark })
    return { hash, changedMs }
  }
}

/** Everything that a change of a file changes; the time of the last change of any kind cannot be set by anybody. */
async function markOf(file: string): Promise<{ mark: string; changedMs: number; lookedAtMs: number }> {
  const lookedAtMs = Date.now()
  const { dev, ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true })
  return { mark: [dev, ino, size, mtimeNs, ctimeNs].join(" "), changedMs: Number(ctimeNs / 1_000n) / 1_000, lookedAtMs }
}

/** SHA-256 in hex. */
export function hashOf(content: Uint8Array | string): string {
  return createHash("sha256").update(content).digest("hex")
}
