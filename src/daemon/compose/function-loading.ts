import { existsSync } from "node:fs"
import path from "node:path"

import { freeBytes } from "../../lib/free-bytes.ts"
import type { Logger } from "../../lib/logger.ts"
import { Mutex } from "../../lib/mutex.ts"
import type { BuiltFunction } from "../../functions/built-function.ts"
import type { FunctionBuilder } from "../../functions/build-function.ts"
import type { FunctionSource } from "../../functions/function-source.ts"
import { hookWarnings } from "../../functions/hook-warnings.ts"
import type { WireError } from "../../protocol/admin-api.ts"
import type { Schema } from "../../schema/schema.ts"
import type { BuildOutcome } from "../../protocol/functions-api.ts"
import { toWireError } from "../../protocol/wire-error.ts"
import type { Activity } from "../activity.ts"
import type { FunctionLoader, LoadedSource } from "../functions/function-loader.ts"
import { brokenManifests } from "./broken-manifests.ts"
import { removeBuiltFiles, removeStrayFiles } from "./built-files.ts"
import type { LateFunctions } from "./late-functions.ts"
import { BuildTurns } from "./build-turns.ts"
import { sameManifest } from "./same-manifest.ts"

/** What FunctionLoading needs. */
export interface FunctionLoadingParts {
  readonly root: string
  readonly functionsDir: string
  /** Where our compiler writes what it makes. */
  readonly builtDir: string
  readonly buildWorker: URL
  readonly env: Readonly<Record<string, string | undefined>>
  readonly functions: LateFunctions
  /** What hooks are compared with; null while there is none. */
  readonly schema: () => Schema | null
  readonly activity: Pick<Activity, "build">
  readonly logger: Logger
}

/** A function as it was found last, and what came of it. */
interface Entry {
  source: FunctionSource
  inputs: readonly string[]
  /** When the build began that told them, in milliseconds since the epoch. */
  readAtMs: number
  /** What is served of it; null where nothing is. */
  built: { readonly hash: string; readonly source: FunctionSource } | null
  hasFailed: boolean
  /** True once a build has told what it reads. */
  knowsInputs: boolean
  /** True when the newest build did not find a file. */
  lacksFile: boolean
}

/** How plug-ins are come by. */
interface Work {
  make(this: void, entry: Entry, signal: AbortSignal): Promise<BuiltFunction>
  /** Those that are built again on suspicion. */
  readonly retried: ReadonlySet<string>
}

/** Finds, builds and serves functions. What builds them is loaded when there is one. */
export class FunctionLoading implements FunctionLoader {
  readonly #parts: FunctionLoadingParts
  readonly #entries = new Map<string, Entry>()
  readonly #turns = new BuildTurns()
  readonly #inputListeners = new Set<() => void>()
  /** The folder is read by one at a time: what an older look found must not take the place of what a newer one did. */
  readonly #looks = new Mutex()
  /** Names under which manifests are known that cannot be read. */
  #broken: ReadonlySet<string> = new Set()
  #builder: Promise<FunctionBuilder> | undefined
  #loaded: Promise<unknown> | undefined
  #hasRemovedStrays = false
  #isStopped = false

  constructor(parts: FunctionLoadingParts) {
    this.#parts = parts
  }

  get functionsDir(): string {
    return this.#parts.functionsDir
  }

  get sources(): readonly LoadedSource[] {
    return Array.from(this.#entries.values(), ({ source, inputs, readAtMs, hasFailed, knowsInputs, lacksFile }) => ({
      source,
      inputs,
      readAtMs,
      mayLackFile: hasFailed && source.entryFile !== null && (lacksFile || !knowsInputs),
    }))
  }

  /** Resolves when the folder was read once, whoever asked for it. */
  async loaded(): Promise<void> {
    this.#loaded ??= this.reload()
    await this.#loaded
  }

  reload(names?: readonly string[], retried: readonly string[] = []): Promise<readonly BuildOutcome[]> {
    const outcomes = this.#reload(names, new Set(retried))
    this.#loaded ??= outcomes.catch(() => [])
    return outcomes
  }

  onInputs(listener: () => void): () => void {
    this.#inputListeners.add(listener)
    return () => this.#inputListeners.delete(listener)
  }

  async readPlugins(names: readonly string[]): Promise<readonly BuildOutcome[]> {
    await Promise.all(names.map((name) => this.#turns.settled(name)))
    const entries = names.flatMap((name) => this.#entries.get(name) ?? [])
    return this.#inTurn(entries, {
      make: async ({ source }) => (await this.#builderOf()).read(source),
      retried: new Set(),
    })
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#turns.stop()
    await (await this.#builder)?.stop()
    await this.#turns.idle()
  }

  async #reload(names: readonly string[] | undefined, retried: ReadonlySet<string>): Promise<readonly BuildOutcome[]> {
    const { found, told } = await this.#looks.run(() => this.#discover())
    const named = new Set(names ?? found.map(({ source }) => source.name))
    const asked = found.filter(({ source, isNew }) => isNew || named.has(source.name))
    const again = found.filter((each) => !asked.includes(each) && retried.has(each.source.name))
    const wanted = [...asked, ...again]
    const entries = wanted.map(({ source }) => this.#entries.get(source.name)!)
    const make: Work["make"] = async ({ source }, signal) => {
      const builder = await this.#builderOf()
      return builder.build(source, { signal, onOutput: (line) => this.#parts.logger.info(`${source.name}: ${line}`) })
    }
    const built = await this.#inTurn(entries, { make, retried: new Set(again.map(({ source }) => source.name)) })
    return [...told, ...built]
  }

  /** Reads the folder: what is there, and what is told of the others. A manifest that cannot be read keeps what was served of its function. */
  async #discover(): Promise<{
    readonly found: readonly { readonly source: FunctionSource; readonly isNew: boolean }[]
    readonly told: readonly BuildOutcome[]
  }> {
    const { root, functionsDir, env, functions } = this.#parts
    if (!existsSync(functionsDir) && this.#entries.size === 0 && this.#broken.size === 0) return { found: [], told: [] }
    const { discoverFunctions } = await import("../../functions/discover.ts")
    const { functions: sources, problems } = discoverFunctions({ root, functionsDir, env })
    if (sources.length > 0 || problems.length > 0) await functions.ensure()
    const broken = brokenManifests(problems, { root, functionsDir, known: this.#sourcesByName() })
    const found = sources.map((source) => {
      const before = this.#entries.get(source.name)
      if (before === undefined) {
        this.#entries.set(source.name, emptyEntry(source))
      } else before.source = source
      return { source, isNew: before === undefined }
    })
    const names = new Set(sources.map(({ name }) => name))
    await this.#removeStrays([...names, ...broken.keys()])
    const gone = [...this.#entries.keys(), ...this.#broken].filter((name) => !names.has(name) && !broken.has(name))
    const unread = [...broken].filter(([name]) => !names.has(name))
    const failed = unread.map(([name, error]) => this.#unread(name, error))
    this.#broken = new Set(unread.map(([name]) => name))
    const removed = [...new Set(gone)].map((name) => this.#remove(name))
    functions.changed()
    return { found, told: [...removed, ...failed] }
  }

  /** Once: from then on what goes is seen. */
  async #removeStrays(names: readonly string[]): Promise<void> {
    if (this.#hasRemovedStrays) return
    this.#hasRemovedStrays = true
    const { builtDir, logger } = this.#parts
    await removeStrayFiles(builtDir, new Set(names)).catch((error: unknown) =>
      logger.warn("What was built of functions that are gone cannot be removed.", { error }),
    )
  }

  #sourcesByName(): ReadonlyMap<string, FunctionSource> {
    return new Map(Array.from(this.#entries.values(), ({ source }) => [source.name, source]))
  }

  async #inTurn(entries: readonly Entry[], work: Work): Promise<readonly BuildOutcome[]> {
    const outcomes = await Promise.all(
      entries.map((entry) => this.#turns.run(entry.source.name, (signal) => this.#bring(entry, work, signal))),
    )
    return outcomes.filter((outcome) => outcome !== undefined)
  }

  /** Makes a plug-in and serves it; undefined where something newer was asked for meanwhile. */
  async #bring(entry: Entry, { make, retried }: Work, signal: AbortSignal): Promise<BuildOutcome | undefined> {
    const { source } = entry
    const { name } = source
    const beganMs = performance.now()
    const readAtMs = Date.now()
    const isOvertaken = (): boolean => signal.aborted || this.#isStopped || this.#entries.get(name) !== entry
    let built: BuiltFunction | undefined
    try {
      built = await make(entry, signal)
      if (isOvertaken()) return undefined
      this.#noteInputs(entry, { inputs: built.inputs, readAtMs, knowsInputs: true, lacksFile: false })
      const durationMs = performance.now() - beganMs
      const bytes = built.wasm.byteLength
      const before = entry.built
      if (!entry.hasFailed && before?.hash === built.hash && sameManifest(before.source.manifest, source.manifest)) {
        return { name, outcome: "unchanged", durationMs, bytes, error: null }
      }
      const { registry } = await this.#parts.functions.ensure()
      const served = await registry.serve(source, built)
      // It may be gone, or its manifest be broken, since it was loaded.
      if (registry.get(name)?.served !== served || this.#entries.get(name) !== entry) return undefined
      entry.built = { hash: built.hash, source }
      entry.hasFailed = false
      const tookMs = performance.now() - beganMs
      this.#parts.activity.build({ name, outcome: "built", durationMs: tookMs, bytes })
      this.#parts.logger.info(`The function ${name} is served.`, { ms: Math.round(tookMs), bytes })
      for (const warning of [...built.warnings, ...this.#hookWarnings(source)]) {
        this.#parts.logger.warn(`${name}: ${warning}`)
      }
      return { name, outcome: "built", durationMs: tookMs, bytes, error: null }
    } catch (thrown) {
      if (isOvertaken()) return undefined
      const error = toWireError(thrown)
      entry.hasFailed = true
      this.#noteInputs(entry, { ...blamed(entry, error, this.#parts.root), readAtMs })
      return this.#failed(name, { error, durationMs: performance.now() - beganMs }, retried.has(name))
    } finally {
      if (built !== undefined) freeBytes(built.wasm)
    }
  }

  #noteInputs(entry: Entry, noted: Partial<Entry>): void {
    Object.assign(entry, noted)
    for (const listener of this.#inputListeners) listener()
  }

  /** What is served was made with another manifest: once this one is right again it is served anew, also where no code changed. */
  #unread(name: string, error: WireError): BuildOutcome {
    const entry = this.#entries.get(name)
    if (entry !== undefined) entry.hasFailed = true
    this.#turns.cancel(name)
    return this.#failed(name, { error, durationMs: 0 }, true)
  }

  /** What `mayBeKnown` is told only where it is not what was told before. */
  #failed(
    name: string,
    failure: { readonly error: WireError; readonly durationMs: number },
    mayBeKnown: boolean,
  ): BuildOutcome {
    const { functions, activity, logger } = this.#parts
    const { error, durationMs } = failure
    const before = functions.registry.get(name)?.lastBuild
    functions.made?.registry.fail(name, failure)
    if (!mayBeKnown || JSON.stringify(before?.error ?? null) !== JSON.stringify(error)) {
      activity.build({ name, outcome: "failed", durationMs, bytes: null, error })
      const { message, problems = [] } = error
      const [only, other] = problems
      const isSaid = only !== undefined && other === undefined && only.message === message
      const text = isSaid ? placed(only) : message
      logger.error(`The function ${name} cannot be served. ${text}`, { code: error.code })
      if (!isSaid) for (const problem of problems) logger.error(placed(problem))
    }
    return { name, outcome: "failed", durationMs, bytes: null, error }
  }

  #remove(name: string): BuildOutcome {
    const { functions, activity, logger } = this.#parts
    this.#entries.delete(name)
    functions.made?.registry.remove(name)
    this.#turns
      .run(name, () => removeBuiltFiles(this.#parts.builtDir, name))
      .catch((error: unknown) => logger.warn(`What was built of ${name} cannot be removed.`, { error }))
    activity.build({ name, outcome: "removed", durationMs: 0, bytes: null })
    logger.info(`The function ${name} is gone.`)
    return { name, outcome: "removed", durationMs: 0, bytes: null, error: null }
  }

  #hookWarnings({ manifest }: FunctionSource): readonly string[] {
    const schema = this.#parts.schema()
    return schema === null ? [] : hookWarnings(manifest, schema)
  }

  #builderOf(): Promise<FunctionBuilder> {
    const { root, builtDir, buildWorker } = this.#parts
    if (this.#builder !== undefined) return this.#builder
    const builder = import("../../functions/build-function.ts").then(
      ({ FunctionBuilder }) => new FunctionBuilder({ root, cacheDir: builtDir, worker: buildWorker }),
    )
    this.#builder = builder
    // What failed for want of a file handle may succeed the next time.
    builder.catch(() => (this.#builder = undefined))
    return builder
  }
}

function emptyEntry(source: FunctionSource): Entry {
  return { source, inputs: [], readAtMs: Infinity, built: null, hasFailed: false, knowsInputs: false, lacksFile: false }
}

/** The files that are to blame count as read: mending one of them builds the function again. */
function blamed({ inputs }: Entry, { problems = [] }: WireError, root: string): Pick<Entry, "inputs" | "lacksFile"> {
  const files = problems.flatMap(({ at }) => (at === undefined ? [] : [path.resolve(root, at.file)]))
  const lacksFile = problems.some(({ message }) => message.startsWith("Could not resolve "))
  return { inputs: [...new Set([...inputs, ...files])], lacksFile }
}

function placed({ message, at }: NonNullable<WireError["problems"]>[number]): string {
  return at === undefined ? message : `${at.file}:${at.line}:${at.column} ${message}`
}
