import { readFile, rm } from "node:fs/promises"
import { join, relative, resolve } from "node:path"

import { writeFileAtomically } from "../lib/atomic-write.ts"
import { clockTickMs, hashOf } from "./file-hashes.ts"
import type { FileHashes } from "./file-hashes.ts"

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
export async function findCachedBuild(entry: CacheEntry, hashes: FileHashes): Promise<CachedBuild | null> {
  const record = await readRecord(entry)
  if (record === null || record.key !== entry.key) return null
  const inputs = Object.keys(record.inputs).map((path) => resolve(entry.root, path))
  const areSame = async (files: readonly string[]): Promise<boolean> => {
    const present = await hashes.read(files)
    return files.every((file, index) => record.inputs[relative(entry.root, file)] === present[index]!.hash)
  }
  // The person's own files change most: hundreds of packages' need not be looked at to know that one of them did.
  const [own, foreign] = [inputs.filter((path) => !isForeign(path)), inputs.filter(isForeign)]
  if (!(await areSame(own)) || !(await areSame(foreign))) return null
  const wasm = await readFile(entry.wasmFile).catch(() => null)
  if (wasm === null || hashOf(wasm) !== record.output) return null
  return { wasm: new Uint8Array(wasm), hash: record.output, inputs, warnings: record.warnings }
}

/**
 * Keeps what a build was made of; `since` is the time at which it began, in milliseconds since the epoch. Nothing is kept when
 * a file has changed since then, or just before: who knows which content was built.
 */
export async function keepBuild(
  entry: CacheEntry,
  build: Omit<CachedBuild, "wasm"> & { readonly since: number },
  hashes: FileHashes,
): Promise<void> {
  const { key, root } = entry
  const present = await hashes.read(build.inputs)
  if (present.some(({ changedMs }) => changedMs >= build.since - clockTickMs))
    return rm(recordFile(entry), { force: true })
  const inputs = Object.fromEntries(build.inputs.map((file, index) => [relative(root, file), present[index]!.hash]))
  const record: CacheRecord = { key, inputs, output: build.hash, warnings: build.warnings }
  await writeFileAtomically(recordFile(entry), JSON.stringify(record), { mode: 0o600, isDurable: false })
}

function isForeign(path: string): boolean {
  return path.includes("/node_modules/")
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
