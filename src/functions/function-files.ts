import { readFileSync, readdirSync, statSync } from "node:fs"
import { join, parse, relative } from "node:path"

import type { Problem } from "../errors.ts"

/** The files that make one function, before any of them is read. */
export interface FunctionFiles {
  /** The file's or the folder's. */
  readonly name: string
  /** Absolute. */
  readonly folder: string
  /** Absolute; null for a one-file function without one. */
  readonly manifestFile: string | null
  /** What is compiled, or a `.wasm`; null when nothing was found. Absolute. */
  readonly sourceFile: string | null
  readonly isFolder: boolean
}

/** In the order in which they are looked for. */
const sourceExtensions = [".ts", ".tsx", ".mts", ".js", ".mjs", ".cjs", ".jsx", ".cts"]

/** Sources of languages that need a command. */
const foreignExtensions: Readonly<Record<string, string>> = {
  ".py": "Python",
  ".go": "Go",
  ".rs": "Rust",
  ".zig": "Zig",
}

const manifestExtensions = [".yaml", ".yml"]

/** What a folder may be entered by when nothing else says so. */
const folderEntries = ["src/index", "index"]

/** Finds what may be functions in the functions folder. */
export function findFunctionFiles(
  root: string,
  listed: { readonly path: string; readonly names: readonly string[] },
): { readonly found: readonly FunctionFiles[]; readonly problems: Problem[] } {
  const problems: Problem[] = []
  const found: FunctionFiles[] = []
  const files = new Map<string, string[]>()
  for (const name of listed.names.filter((each) => !isNoFunction(each))) {
    const path = join(listed.path, name)
    const stats = statSync(path, { throwIfNoEntry: false })
    if (stats?.isDirectory()) found.push(...folderFunction(path, name))
    else if (stats?.isFile()) {
      const { name: bare } = parse(name)
      files.set(bare, [...(files.get(bare) ?? []), name])
    }
  }
  for (const [name, names] of files) {
    const { files: one, problems: own } = fileFunction(name, names, { root, folder: listed.path })
    if (one !== null) found.push(one)
    problems.push(...own)
  }
  return { found: found.toSorted((a, b) => (a.name < b.name ? -1 : 1)), problems }
}

/** Shared code, what tools leave, tests, and types. */
function isNoFunction(name: string): boolean {
  return /^[._]/.test(name) || name === "node_modules" || /\.(?:test|spec)\.[a-z]+$|\.d\.[cm]?ts$/.test(name)
}

function folderFunction(folder: string, name: string): readonly FunctionFiles[] {
  const names = readdirSync(folder)
  const manifest = manifestExtensions.map((extension) => `manifest${extension}`).find((each) => names.includes(each))
  if (manifest === undefined) return []
  return [{ name, folder, manifestFile: join(folder, manifest), sourceFile: entryOf(folder), isFolder: true }]
}

function entryOf(folder: string): string | null {
  const usual = [".ts", ".js"].flatMap((extension) => folderEntries.map((entry) => join(folder, entry + extension)))
  const others = sourceExtensions.flatMap((extension) => folderEntries.map((entry) => join(folder, entry + extension)))
  const present = [...usual, ...others].find((path) => statSync(path, { throwIfNoEntry: false })?.isFile())
  return present ?? mainOf(folder)
}

/** What package.json names, where it is a source. */
function mainOf(folder: string): string | null {
  try {
    const { main } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { readonly main?: unknown }
    return typeof main === "string" ? join(folder, main) : null
  } catch {
    return null
  }
}

function fileFunction(
  name: string,
  names: readonly string[],
  { root, folder }: { readonly root: string; readonly folder: string },
): { readonly files: FunctionFiles | null; readonly problems: readonly Problem[] } {
  const withExtension = (extensions: readonly string[]): string[] => {
    return extensions.flatMap((extension) => names.filter((each) => each === name + extension))
  }
  const sources = withExtension([...sourceExtensions, ".wasm"])
  const manifests = withExtension(manifestExtensions)
  const foreign = names.find((each) => Object.hasOwn(foreignExtensions, parse(each).ext))
  const file = relative(root, join(folder, sources[1] ?? manifests[1] ?? foreign ?? name))
  const at = { file, line: 1, column: 1, length: 1 }
  const files = {
    name,
    folder,
    manifestFile: manifests[0] === undefined ? null : join(folder, manifests[0]),
    sourceFile: sources[0] === undefined ? null : join(folder, sources[0]),
    isFolder: false,
  }
  const clash = sources.length > 1 ? sources : manifests.length > 1 ? manifests : null
  // With a manifest a command may make the .wasm out of the source beside it.
  if (clash !== null && !(manifests.length === 1 && sources.includes(`${name}.wasm`) && sources.length === 2)) {
    const message = `${clash.join(" and ")} would both be the function ${name}.`
    return { files: null, problems: [{ code: "NAME_TAKEN", message, at, next: "Remove or rename one of them." }] }
  }
  if (sources.length > 0 || manifests.length > 0) return { files, problems: [] }
  if (foreign === undefined) return { files: null, problems: [] }
  const language = foreignExtensions[parse(foreign).ext]!
  const message = `${foreign} needs build.command: Alyx itself compiles JavaScript and TypeScript only.`
  const next = `Write ${name}.yaml with runtime: ${language.toLowerCase()} and build: {command, args, output}.`
  return { files: null, problems: [{ code: "BUILD_MISSING", message, at, next }] }
}
