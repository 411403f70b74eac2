import { existsSync } from "node:fs"
import { mkdir, readdir, readFile } from "node:fs/promises"
import { join, relative, resolve } from "node:path"

import { alyxError } from "../errors.ts"
import { writeFileAtomically } from "../lib/atomic-write.ts"
import { packageVersion } from "../lib/package-root.ts"
import { readRegularFile } from "../lib/regular-file.ts"
import type { RegularFile } from "../lib/regular-file.ts"
import type { CacheEntry } from "./build-cache.ts"
import { findCachedBuild, keepBuild } from "./build-cache.ts"
import type { BuiltFunction } from "./built-function.ts"
import { findCommandInputs } from "./command-inputs.ts"
import type { CompileRequest } from "./compile/compile-function.ts"
import { interfaceFileOf } from "./compile/read-interface.ts"
import { nodeModulesFolder } from "./compile/node-modules-plugin.ts"
import { CompilerThread } from "./compiler-thread.ts"
import { FileHashes, hashOf } from "./file-hashes.ts"
import type { FunctionSource } from "./function-source.ts"
import { pluginBytesMax, readPlugin } from "./read-plugin.ts"
import { enginePath } from "./snapshot.ts"

/** For whom it builds. */
export interface BuilderOptions {
  /** Absolute, without links. */
  readonly root: string
  /** Where plug-ins and what they were made of are kept: `.alyx/functions`. */
  readonly cacheDir: string
  /** The program of the thread that compiles: build-worker. */
  readonly worker: URL
}

/** How one build is made. */
export interface BuildOptions {
  readonly signal?: AbortSignal
  /** Gets what a build command writes, line by line. */
  readonly onOutput?: (line: string) => void
  /** True builds although nothing changed. */
  readonly isForced?: boolean
}

/** A function as built, and whether anything had to be done for it. */
export interface MadeFunction extends BuiltFunction {
  readonly isCached: boolean
}

/** Builds functions of one project; the compiler's thread starts with the first build and ends after 30 s without one. */
export class FunctionBuilder {
  readonly #options: BuilderOptions
  readonly #compiler: CompilerThread
  readonly #stopped = new AbortController()
  readonly #hashes = new FileHashes()
  #engineHash: Promise<string> | null = null

  constructor(options: BuilderOptions) {
    this.#options = options
    this.#compiler = new CompilerThread(options.worker)
  }

  /**
   * Builds a function, or finds that it was built from the same files. Of one function one build may run at a time: whoever
   * wants a newer one ends the older by its signal. Throws BUILD_FAILED, BUILD_TIME_ACCESS, NODE_MODULE_UNSUPPORTED,
   * BUILD_COMMAND_FAILED, PLUGIN_INVALID, and INTERRUPTED when it was stopped.
   */
  async build(source: FunctionSource, options: BuildOptions = {}): Promise<MadeFunction> {
    const startedAt = performance.now()
    const stopped = this.#stopped.signal
    const signal = options.signal === undefined ? stopped : AbortSignal.any([options.signal, stopped])
    const made = await this.#make(source, { ...options, signal })
    signal.throwIfAborted()
    return { ...made, durationMs: performance.now() - startedAt }
  }

  /** Reads the plug-in that another tool wrote, without running anything. */
  async read(source: FunctionSource): Promise<BuiltFunction> {
    const startedAt = performance.now()
    const file = relative(this.#options.root, source.wasmFile)
    const wasm = readWasm(source.wasmFile, file)
    const { description, sourceMap } = readPlugin(wasm, file)
    const inputs = source.manifest.build === null ? [source.wasmFile] : await findCommandInputs(source)
    const durationMs = performance.now() - startedAt
    return { wasm, isOwn: false, hash: hashOf(wasm), description, sourceMap, inputs, warnings: [], durationMs }
  }

  /** Ends what is under way, the thread, and esbuild's process. */
  async stop(): Promise<void> {
    this.#stopped.abort(alyxError("INTERRUPTED", { message: "The build was ended." }))
    await this.#compiler.stop()
  }

  async #make(source: FunctionSource, options: BuildOptions & { readonly signal: AbortSignal }): Promise<MadeFunction> {
    if (source.entryFile === null && source.manifest.build === null) {
      return { ...(await this.read(source)), isCached: true }
    }
    const entry = await this.#cacheEntry(source)
    const cached = options.isForced === true ? null : await findCachedBuild(entry, this.#hashes)
    if (cached !== null && (await hasSameFiles(source, cached.inputs))) {
      const { description, sourceMap } = readPlugin(cached.wasm, relative(this.#options.root, source.wasmFile))
      return { ...cached, isOwn: source.entryFile !== null, description, sourceMap, durationMs: 0, isCached: true }
    }
    const since = Date.now()
    const built =
      source.entryFile === null ? await this.#run(source, options) : await this.#compile(source, options.signal)
    options.signal.throwIfAborted()
    const unkept = await this.#keep(source, { entry, built, since })
    return { ...built, warnings: [...built.warnings, ...unkept], isCached: false }
  }

  /** What is built well is served, also where a full disk does not take it: then it is built again the next time. */
  async #keep(
    source: FunctionSource,
    { entry, built, since }: { readonly entry: CacheEntry; readonly built: BuiltFunction; readonly since: number },
  ): Promise<readonly string[]> {
    try {
      await mkdir(this.#options.cacheDir, { recursive: true, mode: 0o700 })
      if (source.entryFile !== null)
        await writeFileAtomically(source.wasmFile, built.wasm, { mode: 0o600, isDurable: false })
      await keepBuild(entry, { ...built, since }, this.#hashes)
      return []
    } catch (error) {
      const { syscall, code } = error as NodeJS.ErrnoException
      if (syscall === undefined) throw error
      const folder = relative(this.#options.root, this.#options.cacheDir)
      return [`The build of ${source.name} cannot be kept in ${folder} (${code}), and is made again at the next start.`]
    }
  }

  async #compile(source: FunctionSource, signal: AbortSignal): Promise<BuiltFunction> {
    const compiled = await this.#compiler.compile(compileRequest(this.#options.root, source), signal)
    return { ...compiled, isOwn: true, hash: hashOf(compiled.wasm), durationMs: 0 }
  }

  async #run(
    source: FunctionSource,
    { signal, onOutput }: BuildOptions & { readonly signal: AbortSignal },
  ): Promise<BuiltFunction> {
    const { runBuildCommand } = await import("./build-command.ts")
    const { root } = this.#options
    const { name, folder } = source
    const build = source.manifest.build!
    await runBuildCommand({ root, name, folder, build, signal, ...(onOutput === undefined ? {} : { onOutput }) })
    return this.read(source).catch((error: unknown) => {
      throw outputFailure(error, source)
    })
  }

  /** What could not be read once may be there the next time. */
  #hashOfEngines(): Promise<string> {
    this.#engineHash ??= hashEngines().catch((error: unknown) => {
      this.#engineHash = null
      throw error
    })
    return this.#engineHash
  }

  async #cacheEntry(source: FunctionSource): Promise<CacheEntry> {
    const { root, cacheDir } = this.#options
    const { build } = source.manifest
    const compiler = build === null ? await this.#hashOfEngines() : ""
    const request = build === null ? { ...compileRequest(root, source), root: "" } : { build }
    const entryFile = source.entryFile === null ? null : relative(root, source.entryFile)
    // What it says is an input; a file that was not there is none.
    const hasInterface = source.entryFile !== null && existsSync(interfaceFileOf(source.entryFile))
    const key = hashOf(JSON.stringify({ compiler, ...request, entryFile, hasInterface }))
    return { root, cacheDir, name: source.name, key, wasmFile: source.wasmFile }
  }
}

function compileRequest(root: string, { name, entryFile, manifest }: FunctionSource): CompileRequest {
  const { snapshot, abi, env } = manifest
  return { root, name, entryFile: entryFile!, envNames: Object.keys(env).toSorted(), snapshot, abi }
}

/** A command depends on whatever lies in its folder: also on a file that is new. */
async function hasSameFiles(source: FunctionSource, inputs: readonly string[]): Promise<boolean> {
  if (source.manifest.build === null) return true
  const present = await findCommandInputs(source)
  return present.length === inputs.length && present.every((path) => inputs.includes(path))
}

/** One more whenever plug-ins are kept otherwise. Before 2 one may stand for a file that was saved while it was made. */
const cacheGeneration = 2

/** Changes with everything of ours that ends up in a plug-in. */
async function hashEngines(): Promise<string> {
  const folder = nodeModulesFolder()
  const modules = (await readdir(folder)).toSorted().map((name) => join(folder, name))
  const files = await Promise.all([enginePath("alyx"), enginePath("extism"), ...modules].map((path) => readFile(path)))
  return hashOf([cacheGeneration, packageVersion(), ...files.map(hashOf)].join(" "))
}

function readWasm(path: string, file: string): Uint8Array<ArrayBuffer> {
  const read = readPluginFile(path, file)
  if (read.kind === "file") return new Uint8Array(read.bytes)
  const message =
    read.kind === "too-large" ? `${file} is larger than ${pluginBytesMax / 1024 / 1024} MB.` : `${file} is no file.`
  throw alyxError("PLUGIN_INVALID", { message })
}

/** No more is read than a plug-in may have, whatever the file says of its size. */
function readPluginFile(path: string, file: string): RegularFile {
  try {
    return readRegularFile(path, { bytesMax: pluginBytesMax })
  } catch (error) {
    const cause = error as NodeJS.ErrnoException
    const message = cause.code === "ENOENT" ? `${file} does not exist.` : `${file} cannot be read (${cause.code}).`
    throw alyxError("PLUGIN_INVALID", { message, cause })
  }
}

/** A command that ended well and left nothing, or nothing that is a plug-in. */
function outputFailure(error: unknown, { name, manifest, folder }: FunctionSource): unknown {
  if (!(error instanceof Error)) return error
  const { command, output } = manifest.build!
  const isGone = error.cause instanceof Error && "code" in error.cause && error.cause.code === "ENOENT"
  if (!isGone) return error
  const message = `${command}, the build command of ${name}, ended well, but there is no ${output} in its folder.`
  const next = `build.output is the file that the command writes, relative to ${join(resolve(folder), ".")}.`
  return alyxError("BUILD_COMMAND_FAILED", { message, next, cause: error })
}
