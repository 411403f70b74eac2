import type { BuiltFunction } from "../../functions/built-function.ts"
import type { FunctionSource } from "../../functions/function-source.ts"
import type { Clock } from "../../lib/clock.ts"
import { roundMs } from "../../lib/round-ms.ts"
import type { WireError } from "../../protocol/admin-api.ts"
import { toWireError } from "../../protocol/wire-error.ts"
import type { EffectiveLimits } from "./effective-limits.ts"
import type { FunctionRegistry, KnownFunction, LastBuild, ServedFunction } from "./functions.ts"
import type { FunctionRuntime, LoadedPlugin } from "./runtime.ts"

/** A function that is served, with what the runtime made of it. */
export interface HeldFunction extends ServedFunction {
  readonly plugin: LoadedPlugin
}

/** What FunctionTable needs. */
export interface FunctionTableOptions {
  readonly runtime: FunctionRuntime
  readonly clock: Clock
  readonly limitsOf: (source: FunctionSource) => EffectiveLimits
  readonly instancesMax: () => number
}

interface Entry extends KnownFunction {
  readonly served: HeldFunction | null
}

/** Holds what is served, by name. A function is swapped in one step, between two calls. */
export class FunctionTable implements FunctionRegistry {
  readonly #options: FunctionTableOptions
  readonly #entries = new Map<string, Entry>()
  readonly #listeners = new Set<() => void>()
  /** By name: the newest that was asked for. A load that was overtaken serves nothing. */
  readonly #newest = new Map<string, number>()
  #generation = 0

  constructor(options: FunctionTableOptions) {
    this.#options = options
  }

  get all(): readonly KnownFunction[] {
    return [...this.#entries.values()]
  }

  get(name: string): Entry | undefined {
    return this.#entries.get(name)
  }

  async serve(source: FunctionSource, built: BuiltFunction): Promise<HeldFunction> {
    const { name, manifest } = source
    const { runtime, clock, limitsOf } = this.#options
    const generation = (this.#generation += 1)
    this.#newest.set(name, generation)
    const isCurrent = (): boolean => this.#newest.get(name) === generation
    const { memoryBytes } = limitsOf(source)
    const request = { name, built, entry: manifest.entry, memoryBytes, env: manifest.env }
    const plugin = await runtime.load(request).catch((error: unknown) => {
      if (isCurrent()) this.fail(name, { error: toWireError(error), durationMs: built.durationMs })
      throw error
    })
    const loadedAt = new Date(clock.now()).toISOString()
    const { wasm, ...kept } = built
    const keptBuild = { ...kept, bytes: wasm.byteLength }
    const served: HeldFunction = { source, built: keptBuild, entry: plugin.entry, generation, loadedAt, plugin }
    if (isCurrent()) this.#swap(name, served)
    else runtime.retire(plugin)
    return served
  }

  fail(name: string, { error, durationMs }: { readonly error: WireError; readonly durationMs: number }): void {
    // What is being loaded is older than this.
    this.#newest.set(name, (this.#generation += 1))
    const lastBuild: LastBuild = { outcome: "failed", at: this.#now(), durationMs: roundMs(durationMs), error }
    this.#entries.set(name, { name, served: this.#entries.get(name)?.served ?? null, lastBuild })
    this.#tell()
  }

  remove(name: string): void {
    const entry = this.#entries.get(name)
    this.#newest.delete(name)
    if (entry === undefined) return
    this.#entries.delete(name)
    if (entry.served !== null) this.#options.runtime.retire(entry.served.plugin)
    this.#tell()
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #swap(name: string, served: HeldFunction): void {
    const { runtime, limitsOf, instancesMax } = this.#options
    const durationMs = roundMs(served.built.durationMs)
    const before = this.#entries.get(name)?.served
    const lastBuild: LastBuild = { outcome: "built", at: served.loadedAt, durationMs, error: null }
    this.#entries.set(name, { name, served, lastBuild })
    if (before) runtime.retire(before.plugin)
    const { minWarm, idleTimeoutMs } = limitsOf(served.source)
    if (minWarm > 0) runtime.warm(served.plugin, minWarm, { instancesMax: instancesMax(), idleTimeoutMs })
    this.#tell()
  }

  #now(): string {
    return new Date(this.#options.clock.now()).toISOString()
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }
}
