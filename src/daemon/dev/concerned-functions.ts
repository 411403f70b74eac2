import path from "node:path"

import type { FunctionSource } from "../../functions/function-source.ts"
import type { LoadedSource } from "../functions/function-loader.ts"

/** What a batch of changed files means for functions. */
export interface ConcernedFunctions {
  /** Built again, by name; null when all are looked at: nothing of those whose inputs are as before. */
  readonly build: ReadonlySet<string> | null
  /** Built after those: they failed, and what nobody knew may be what they lacked. */
  readonly retry: ReadonlySet<string>
  /** Plug-ins that another tool has written. */
  readonly plugins: ReadonlySet<string>
}

/** Where the functions lie, and what all of them depend on. */
export interface FunctionPlaces {
  readonly root: string
  readonly folder: string
}

/** Beside any function: how packages are found, and how TypeScript is read. */
const sharedNames = new Set(["package.json", "tsconfig.json"])

/** Written last by `npm install`, `pnpm install` and `yarn install`. */
const installMarks = [".package-lock.json", ".modules.yaml", ".yarn-integrity", ".yarn-state.yml"]

/**
 * Tells which functions a change concerns: those whose last build read the file, those that it belongs to, and where
 * nobody knew it those that failed for want of a file.
 */
export function concernedFunctions(
  changed: ReadonlySet<string>,
  { places, sources }: { readonly places: FunctionPlaces; readonly sources: readonly LoadedSource[] },
): ConcernedFunctions {
  const build = new Set<string>()
  const retry = new Set<string>()
  const plugins = new Set<string>()
  for (const file of changed) {
    if (concernsAll(file, places)) return { build: null, retry: new Set(), plugins }
    let isKnown = false
    for (const loaded of sources) {
      const { name } = loaded.source
      if (isPluginOf(file, loaded.source)) {
        plugins.add(name)
        isKnown = true
      } else if (isOf(file, loaded, places)) {
        build.add(name)
        isKnown = true
      }
    }
    if (isKnown) continue
    for (const { source, mayLackFile } of sources) if (mayLackFile) retry.add(source.name)
    const named = sources.find(({ source }) => source.name === nameOf(file, places.folder))
    if (named && isBesideEntry(file, named.source, places.folder)) build.add(named.source.name)
  }
  return { build, retry: new Set([...retry].filter((name) => !build.has(name))), plugins }
}

/**
 * Files outside the functions folder that must be followed too: what builds read, what they write, and what all depend on. Each
 * with the time from which on a change of it counts, in milliseconds since the epoch: Infinity where nobody has read it yet.
 */
export function followedFiles(
  { root, folder }: FunctionPlaces,
  { sources, envFiles }: { readonly sources: readonly LoadedSource[]; readonly envFiles: readonly string[] },
): ReadonlyMap<string, number> {
  const shared = [...sharedNames].map((name) => path.join(root, name))
  const marks = [root, folder].flatMap((place) => installMarks.map((mark) => path.join(place, "node_modules", mark)))
  const plugins = sources.flatMap(({ source }) => (isForeign(source) ? [source.wasmFile] : []))
  const followed = new Map([...envFiles, ...shared, ...marks, ...plugins].map((file) => [file, Infinity]))
  for (const { inputs, readAtMs } of sources) {
    for (const file of inputs) {
      if (!isPackaged(file)) followed.set(file, Math.min(followed.get(file) ?? Infinity, readAtMs))
    }
  }
  return followed
}

function isPackaged(file: string): boolean {
  return file.split(path.sep).includes("node_modules")
}

function concernsAll(file: string, { root, folder }: FunctionPlaces): boolean {
  const [place, name] = [path.dirname(file), path.basename(file)]
  if (sharedNames.has(name) && (place === root || place === folder)) return true
  if (installMarks.includes(name) && path.basename(place) === "node_modules") return true
  return place === root && name.startsWith(".env")
}

/** True for what our compiler does not make: the person, or a command of theirs, writes the plug-in. */
function isForeign(source: FunctionSource): boolean {
  return source.entryFile === null
}

function isPluginOf(file: string, source: FunctionSource): boolean {
  return file === source.wasmFile && isForeign(source)
}

function isOf(file: string, { source, inputs }: LoadedSource, { root, folder }: FunctionPlaces): boolean {
  const { manifest } = source
  if (manifest.file !== null && file === path.join(root, manifest.file)) return true
  if (file === source.entryFile || inputs.includes(file)) return true
  if (source.folder === folder || !file.startsWith(source.folder + path.sep)) return false
  return manifest.build === null ? sharedNames.has(path.basename(file)) : isWatched(file, source)
}

/** Of a function that a command builds: what its globs say, else every file but those that lie beside what it writes. */
function isWatched(file: string, { manifest, folder, wasmFile }: FunctionSource): boolean {
  const globs = manifest.build?.watch ?? []
  const place = path.relative(folder, file)
  if (globs.length > 0) return globs.some((glob) => path.matchesGlob(place, glob))
  const written = path.relative(folder, wasmFile).split(path.sep)
  return written.length === 1 || place.split(path.sep)[0] !== written[0]
}

/** The name that a function of this file would have by its place in the folder: `create-post` of `create-post.yaml`. */
function nameOf(file: string, folder: string): string {
  const first = path.relative(folder, file).split(path.sep)[0]!
  return first.replace(/\.[^.]+$/, "")
}

/** A manifest that was not there before, or another entry of the same name. */
function isBesideEntry(file: string, source: FunctionSource, folder: string): boolean {
  const place = path.dirname(file)
  return place === folder || (place === source.folder && /^manifest\.ya?ml$/.test(path.basename(file)))
}
