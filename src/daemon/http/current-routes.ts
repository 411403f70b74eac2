import type { FunctionEdge } from "./function-edge.ts"
import { FunctionRoutes } from "./function-routes.ts"
import type { RouteMatch } from "./function-routes.ts"

/**
 * The routes of the functions that there are now. A function that does not build any more keeps those that it was served
 * with; one that never did has those of its manifest, which then say so.
 */
export class CurrentRoutes {
  readonly #functions: Pick<FunctionEdge, "registry" | "sources">
  #routes: FunctionRoutes | undefined

  constructor(functions: Pick<FunctionEdge, "registry" | "sources" | "onChange">) {
    this.#functions = functions
    functions.onChange(() => void (this.#routes = undefined))
  }

  /** Finds what a URL leads to where nothing of ours is; nothing where it cannot be decoded. */
  match(method: string, url: string): RouteMatch | undefined {
    this.#routes ??= this.#build()
    try {
      return this.#routes.match(method, url.split(/[?#]/, 1)[0]!)
    } catch (error) {
      if (error instanceof URIError) return undefined
      throw error
    }
  }

  #build(): FunctionRoutes {
    const { registry, sources } = this.#functions
    const served = registry.all.flatMap(({ served: now }) => (now === null ? [] : [now.source.manifest]))
    const names = new Set(served.map(({ name }) => name))
    const failed = sources.map(({ manifest }) => manifest).filter(({ name }) => !names.has(name))
    return new FunctionRoutes([...served, ...failed])
  }
}
