import { readdirSync, realpathSync, statSync } from "node:fs"
import { join, relative, resolve } from "node:path"

import type { Problem } from "../errors.ts"
import { projectPaths } from "../project/paths.ts"
import { readText } from "../project/read-text.ts"
import { Variables } from "../project/variables.ts"
import { findClashes } from "./find-clashes.ts"
import type { FunctionFiles } from "./function-files.ts"
import { findFunctionFiles } from "./function-files.ts"
import type { FunctionSource } from "./function-source.ts"
import { functionNamePattern } from "./manifest/manifest-shape.ts"
import type { ReadManifest } from "./manifest/read-manifest.ts"
import { defaultManifest } from "./manifest/default-manifest.ts"
import { readManifest } from "./manifest/read-manifest.ts"

/** Where to look. */
export interface DiscoverOptions {
  /** Absolute, without links. */
  readonly root: string
  /** Absolute; may be missing. */
  readonly functionsDir: string
  /** The environment; the project's .env files are read as well. */
  readonly env: Readonly<Record<string, string | undefined>>
}

/** The functions of a project. */
export interface DiscoveredFunctions {
  /** By name; without those that have a problem. */
  readonly functions: readonly FunctionSource[]
  /** The problems of MANIFEST_INVALID, by place. */
  readonly problems: readonly Problem[]
  /** Absolute paths of manifests and .env files, whether they exist or not. */
  readonly files: readonly string[]
}

/** A function with what is compared between functions. */
export interface FoundFunction {
  readonly source: FunctionSource
  readonly read: ReadManifest | null
  /** The source or the manifest, relative to the root. */
  readonly place: string
}

/** How many functions a project may have. */
const functionCountMax = 1_000

/** No manifest is larger. */
const manifestBytesMax = 256 * 1024

/** Finds the functions of a project and reads their manifests. Never throws for what stands in files. */
export function discoverFunctions(options: DiscoverOptions): DiscoveredFunctions {
  const { root, functionsDir } = options
  const variables = new Variables({ root, env: options.env })
  const { found: files, problems } = findFunctionFiles(root, listFolder(functionsDir))
  const all: FoundFunction[] = []
  for (const each of files.slice(0, functionCountMax)) {
    const { found, problems: own } = readFunction(each, { root, lookup: (name) => variables.lookup(name) })
    problems.push(...own)
    if (found !== null && own.length === 0) all.push(found)
  }
  if (files.length > functionCountMax) {
    problems.push({ code: "TOO_MANY", message: `A project may have ${functionCountMax} functions; there are more.` })
  }
  const { kept, problems: clashes } = findClashes(all)
  return {
    functions: kept.map(({ source }) => source).toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    problems: [...problems, ...clashes],
    files: [...files.flatMap(({ manifestFile }) => manifestFile ?? []), ...variables.files],
  }
}

interface ListedFolder {
  readonly path: string
  readonly names: readonly string[]
}

/** The names in the functions folder, sorted; none when it is missing. */
function listFolder(path: string): ListedFolder {
  try {
    return { path: realpathSync(path), names: readdirSync(path).toSorted() }
  } catch {
    return { path, names: [] }
  }
}

function readFunction(
  files: FunctionFiles,
  { root, lookup }: { readonly root: string; readonly lookup: (name: string) => string | undefined },
): { readonly found: FoundFunction | null; readonly problems: readonly Problem[] } {
  const place = relative(root, files.manifestFile ?? files.sourceFile ?? files.folder)
  if (files.manifestFile === null && !functionNamePattern.test(files.name)) {
    return { found: null, problems: [nameProblem(files.name, place)] }
  }
  const read = files.manifestFile === null ? null : readFile(files.manifestFile, { root, name: files.name, lookup })
  if (read !== null && "problem" in read) return { found: null, problems: [read.problem] }
  const problems: Problem[] = [...(read?.problems ?? [])]
  if (read !== null && !functionNamePattern.test(read.manifest.name)) problems.push(nameProblem(files.name, place))
  const located = locate(files, read, root)
  if ("problem" in located) return { found: null, problems: [...problems, located.problem] }
  const manifest = read?.manifest ?? defaultManifest(files.name)
  const wasmFile = located.wasmFile ?? join(projectPaths(root).builtFunctionsDir, `${manifest.name}.wasm`)
  const source = { name: manifest.name, manifest, folder: files.folder, entryFile: located.entryFile, wasmFile }
  return { found: { source, read, place }, problems }
}

function readFile(
  path: string,
  options: { readonly root: string; readonly name: string; readonly lookup: (name: string) => string | undefined },
): ReadManifest | { readonly problem: Problem } {
  const file = relative(options.root, path)
  const read = readText({ path, name: file, bytesMax: manifestBytesMax })
  if (read.kind === "text") return readManifest({ ...options, text: read.text, file })
  const gone = { code: "FILE_MISSING", message: `${file} is gone.`, at: { file, line: 1, column: 1 } }
  return { problem: read.kind === "unreadable" ? read.problem : gone }
}

type Located = { readonly entryFile: string | null; readonly wasmFile: string | null } | { readonly problem: Problem }

/** Says which file is compiled, or where the plug-in is that another tool makes. */
function locate(files: FunctionFiles, read: ReadManifest | null, root: string): Located {
  const build = read?.manifest.build ?? null
  if (build !== null) {
    const wasmFile = resolve(files.folder, build.output)
    if (wasmFile.endsWith(".wasm")) return { entryFile: null, wasmFile }
    return {
      problem: { code: "INVALID_VALUE", message: "build.output must be a file that ends in .wasm.", at: read!.buildAt },
    }
  }
  const main = read?.main ?? null
  const sourceFile = main === null ? files.sourceFile : resolve(files.folder, main)
  if (sourceFile === null || !isFile(sourceFile)) {
    const at = { file: relative(root, files.manifestFile ?? files.folder), line: 1, column: 1, length: 1 }
    return { problem: sourceProblem(files, main, at) }
  }
  if (sourceFile.endsWith(".wasm")) return { entryFile: null, wasmFile: sourceFile }
  return { entryFile: realpathSync(sourceFile), wasmFile: null }
}

function sourceProblem(files: FunctionFiles, main: string | null, at: NonNullable<Problem["at"]>): Problem {
  if (main !== null) {
    return {
      code: "SOURCE_MISSING",
      message: `The source ${main} of ${files.name} does not exist.`,
      at,
      next: "Mend main:.",
    }
  }
  const looked = files.isFolder
    ? "src/index.ts, index.ts, src/index.js, index.js, or main: in manifest.yaml or package.json"
    : `${files.name}.ts, ${files.name}.js or ${files.name}.wasm beside it`
  const message = `${files.name} has a manifest and no source.`
  return {
    code: "SOURCE_MISSING",
    message,
    at,
    next: `Write ${looked}; or give build.command, which makes the plug-in.`,
  }
}

function nameProblem(name: string, file: string): Problem {
  return {
    code: "NAME_INVALID",
    message: `"${name}" cannot be the name of a function: it may hold letters, digits, - and _, at most 64.`,
    next: "Rename it; or begin its name with _ where it is no function.",
    at: { file, line: 1, column: 1, length: 1 },
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
}
