import { createHash } from "node:crypto"
import { readFile, rm, stat } from "node:fs/promises"
import { join, relative, resolve } from "node:path"

import { writeFileAtomically } from "../lib/atomic-write.ts"

/** What a build was made of, beside its plug-in: `<name>.json`. */
interface CacheRecord {
  /** Everything but the files: the compiler, the manifest's words. */
  readonly key: string
  /** By path relative to the root: SHA-256 of the content. */
  readonly inputs: Readonly<Record<string, string>>
  /** SHA-256 of the plug-in. */
  readonly output: string
  readonly warnings: readonly string[]
}

/** Which build is looked for. */
export interface CacheEntry {
  /** Absolute. */
  readonly root: string
  readonly cacheDir: string
  readonly name: string
  readonly key: string
  readonly wasmFile: string
}

/** A build that need not be made again. */
export interface CachedBuild {
  readonly wasm: Uint8Array<ArrayBuffer>
  readonly hash: string
  /** Absolute. */
  readonly inputs: readonly string[]
  readonly warnings: readonly string[]
}

/** Finds the build of what the files say now; null when there is none. A damaged or foreign record is none. */
export async function findCachedBuild(entry: CacheEntry): Promise<CachedBuild | null> {
  const record = await readRecord(entry)
  if (record === null || record.key !== entry.key) return null
  const wasm = await readFile(entry.wasmFile).catch(() => null)
  if (wasm === null || hashOf(wasm) !== record.output) return null
  const inputs = Object.keys(record.inputs).map((path) => resolve(entry.root, path))
  // The person's own files change most: hundreds of packages' need not be read to know that one of them did.
  const [own, foreign] = [inputs.filter((path) => !isForeign(path)), inputs.filter(isForeign)]
  const isSame = (await areSame(record, entry.root, own)) && (await areSame(record, entry.root, foreign))
  return isSame ? { wasm: new Uint8Array(wasm), hash: record.output, inputs, warnings: record.warnings } : null
}

/** File systems stamp changes with a clock that ticks every few milliseconds, so what was saved after a moment may say before. */
export const clockTickMs = 20

/**
 * Keeps what a build was made of; `since` is the time at which it began, in milliseconds since the epoch. Nothing is kept when
 * a file has changed since then, or just before: who knows which content was built.
 */
export async function keepBuild(
  entry: CacheEntry,
  build: Omit<CachedBuild, "wasm"> & { readonly since: number },
): Promise<void> {
  const { key, root } = entry
  const inputs = await hashFiles(root, build.inputs)
  // Looked at after they were read: what is saved in between must not be taken for what was built.
  if (await hasChangedSince(build.inputs, build.since - clockTickMs)) return rm(recordFile(entry), { force: true })
  const record: CacheRecord = { key, inputs, output: build.hash, warnings: build.warnings }
  await writeFileAtomically(recordFile(entry), JSON.stringify(record), { mode: 0o600, isDurable: false })
}

async function hasChangedSince(files: readonly string[], since: number): Promise<boolean> {
  const times = await Promise.all(
    files.map((file) =>
      stat(file).then(
        ({ ctimeMs }) => ctimeMs,
        () => Infinity,
      ),
    ),
  )
  return times.some((time) => time >= since)
}

/** SHA-256 in hex. */
export function hashOf(content: Uint8Array | string): string {
  return createHash("sha256").update(content).digest("hex")
}

function isForeign(path: string): boolean {
  return path.includes("/node_modules/")
}

async function areSame(record: CacheRecord, root: string, files: readonly string[]): Promise<boolean> {
  const present = await hashFiles(root, files)
  return Object.entries(present).every(([path, hash]) => record.inputs[path] === hash)
}

async function readRecord(entry: CacheEntry): Promise<CacheRecord | null> {
  try {
    const record = JSON.parse(await readFile(recordFile(entry), "utf8")) as Partial<CacheRecord>
    const { key, inputs, output, warnings } = record
    if (typeof key !== "string" || typeof output !== "string" || typeof inputs !== "object") return null
    return Array.isArray(warnings) ? { key, inputs, output, warnings } : null
  } catch {
    return null
  }
}

function recordFile({ cacheDir, name }: CacheEntry): string {
  return join(cacheDir, `${name}.json`)
}

/** How many files are open at a time. */
const openCountMax = 32

/** By path relative to the root; what cannot be read has the hash of its absence. */
async function hashFiles(root: string, files: readonly string[]): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {}
  for (let at = 0; at < files.length; at += openCountMax) {
    const some = files.slice(at, at + openCountMax)
    const read = await Promise.all(some.map((file) => readFile(file).then(hashOf, () => "gone")))
    for (const [index, file] of some.entries()) hashes[relative(root, file)] = read[index]!
  }
  return hashes
}
