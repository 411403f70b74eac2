import { alyxError } from "../../errors.ts"
import type { FunctionManifest } from "../../functions/function-manifest.ts"
import type { FunctionCalls, FunctionDetail } from "../../protocol/functions-api.ts"
import type { Functions } from "../functions/create-functions.ts"
import type { FunctionPoolStats, FunctionRegistry, FunctionService, InvokeRequest } from "../functions/functions.ts"
import type { Invocation } from "../functions/invocation.ts"

const noPool: FunctionPoolStats = { workers: 0, instances: 0, running: 0, queued: 0 }

/**
 * Functions that are made when the first one is found: until then there is none, and nothing of what runs them is loaded.
 * Whoever holds this needs not know whether it is so yet.
 */
export class LateFunctions {
  readonly #make: () => Promise<Functions>
  readonly #listeners = new Set<() => void>()
  #making: Promise<Functions> | undefined
  #made: Functions | undefined

  constructor(make: () => Promise<Functions>) {
    this.#make = make
  }

  /** What the edge looks up in. */
  readonly registry: Pick<FunctionRegistry, "all" | "get"> = (() => {
    const made = (): Functions | undefined => this.#made
    return {
      get all() {
        return made()?.registry.all ?? []
      },
      get: (name: string) => made()?.registry.get(name),
    }
  })()

  readonly service: FunctionService = {
    invoke: (request: InvokeRequest) =>
      this.#made?.service.invoke(request) ??
      Promise.reject(alyxError("FUNCTION_NOT_FOUND", { message: `There is no function ${request.name}.` })),
    findByToken: (token: string): Invocation | undefined => this.#made?.service.findByToken(token),
    stats: () => this.#made?.service.stats() ?? noPool,
  }

  /** Makes what runs functions, once; where that fails, whoever asks next tries anew. */
  ensure(): Promise<Functions> {
    if (this.#making !== undefined) return this.#making
    const making = this.#make().then((made) => {
      this.#made = made
      made.registry.onChange(() => this.changed())
      return made
    })
    this.#making = making
    making.catch(() => (this.#making = undefined))
    return making
  }

  /** What was made; undefined where there never was a function. */
  get made(): Functions | undefined {
    return this.#made
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Tells those who listen that what is served, or found, has changed. */
  changed(): void {
    for (const listener of this.#listeners) listener()
  }

  callsOf(name: string): FunctionCalls {
    return (
      this.#made?.callsOf(name) ?? {
        total: 0,
        failed: 0,
        p50Ms: null,
        p99Ms: null,
        perSecond: Array.from({ length: 60 }, () => 0),
      }
    )
  }

  /** Asked of functions that were found, so that what knows is there. */
  limitsOf(manifest: FunctionManifest): FunctionDetail["limits"] {
    if (this.#made === undefined) throw new Error("limits are asked of functions, and none was found")
    return this.#made.limitsOf(manifest)
  }
}
