import type { FunctionSource } from "../../functions/function-source.ts"
import type { BuildOutcome } from "../../protocol/functions-api.ts"

/** A function as the loader found it last. */
export interface LoadedSource {
  readonly source: FunctionSource
  /** Files that its newest build read, as far as a build that failed can tell; absolute. */
  readonly inputs: readonly string[]
  /** When that build began, in milliseconds since the epoch: what was saved later it may not have read. */
  readonly readAtMs: number
  /** True when the newest build failed and a file that nobody knew may mend it: one was not found, or none is known yet. */
  readonly mayLackFile: boolean
}

/**
 * Brings the functions folder to what is served: discovers, builds, loads, and tells `activity.build` of everything but what
 * stayed the same. The dev loop, a start and `POST /api/admin/functions/reload` call it.
 */
export interface FunctionLoader {
  readonly sources: readonly LoadedSource[]
  /** What is wrong with manifests, and keeps functions from being found; functions that fail have it in their `lastBuild`. */
  readonly functionsDir: string
  /**
   * Reads the folder anew: those that are gone are removed and those that are new are built, whatever is named. Of the others
   * the named ones are built, or all. One function is built once at a time; a call that asks for it again overtakes the one
   * before, which then tells nothing of it. The `retried` come after the others; that they fail as before is told nobody.
   */
  reload(names?: readonly string[], retried?: readonly string[]): Promise<readonly BuildOutcome[]>
  /**
   * Reads the plug-ins (`source.wasmFile`) of these functions without building them, and serves those whose hash is new. A
   * function that is being built comes after its build, which may still write.
   */
  readPlugins(names: readonly string[]): Promise<readonly BuildOutcome[]>
  /** Calls the listener whenever a build has told what it reads, while others still run. Returns the way to stop listening. */
  onInputs(listener: () => void): () => void
}
