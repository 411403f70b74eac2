import type { Logger } from "../../lib/logger.ts"
import type { FunctionLoader } from "../functions/function-loader.ts"
import { concernedFunctions } from "./concerned-functions.ts"
import type { FunctionPlaces } from "./concerned-functions.ts"
import { isWholePlugin } from "./whole-plugin.ts"

/** How long a plug-in that is not whole may stay so before it is shown as damaged: a tool that still writes goes on by then. */
const quietMs = 1_000

export interface FunctionLoopParts {
  readonly loader: FunctionLoader
  readonly places: FunctionPlaces
  readonly logger: Logger
  /** Called after every turn: other files may have to be followed. */
  readonly onTurn: () => void
}

/**
 * Follows the sources and the plug-ins of functions. What a change concerns is handed to the loader at once; that of several
 * saves only the newest counts, and how many are built at a time, is the loader's affair.
 *
 *   source ── watcher ── concerned functions ── build ── swap
 *   plug-in ─ watcher ── whole? else wait for the next event, or for quiet ── swap
 */
export class FunctionLoop {
  readonly #parts: FunctionLoopParts
  readonly #running = new Set<Promise<void>>()
  /** Of plug-ins that are not whole yet. */
  readonly #waiting = new Map<string, NodeJS.Timeout>()
  /** The functions that each build under way may concern; null for any. */
  readonly #builds = new Set<{ readonly names: ReadonlySet<string> | null }>()
  /** Plug-ins that were written while their functions are built. */
  readonly #writtenMeanwhile = new Set<string>()
  #isStopped = false

  constructor(parts: FunctionLoopParts) {
    this.#parts = parts
  }

  /** Files have changed. */
  handle(changed: ReadonlySet<string>): void {
    const { loader, places } = this.#parts
    const { build, retry, plugins } = concernedFunctions(changed, { places, sources: loader.sources })
    // A change of plug-ins alone leaves the folder as it is, unless one is gone.
    if (build === null) this.reloadAll()
    else if (build.size + retry.size > 0)
      this.#build(new Set([...build, ...retry]), () => loader.reload([...build], [...retry]))
    else if (plugins.size === 0) this.#lookAtFolder()
    for (const name of plugins) this.#pluginWritten(name)
  }

  /** Looks at every function; builds those whose inputs are not what they were. */
  reloadAll(): void {
    this.#build(null, () => this.#parts.loader.reload())
  }

  /** Resolves when nothing is under way; what waits for quiet does not count. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running)
  }

  /** Asks for nothing any more. What is being built, which may take minutes, is ended by the loader. */
  stop(): void {
    this.#isStopped = true
    for (const timer of this.#waiting.values()) clearTimeout(timer)
    this.#waiting.clear()
  }

  /** Finds what is new in the folder, and what is gone. */
  #lookAtFolder(): void {
    this.#build(null, () => this.#parts.loader.reload([]))
  }

  /** What a build writes may be written again by it, and is read when it has ended. */
  #build(names: ReadonlySet<string> | null, work: () => Promise<unknown>): void {
    const build = { names }
    this.#builds.add(build)
    this.#turn(async () => {
      try {
        await work()
      } finally {
        this.#builds.delete(build)
        const written = [...this.#writtenMeanwhile].filter((name) => !this.#isBuilding(name))
        for (const name of written) this.#writtenMeanwhile.delete(name)
        for (const name of written) this.#pluginWritten(name)
      }
    })
  }

  #isBuilding(name: string): boolean {
    return [...this.#builds].some(({ names }) => names === null || names.has(name))
  }

  #pluginWritten(name: string): void {
    if (this.#isBuilding(name)) this.#writtenMeanwhile.add(name)
    else this.#run(() => this.#followPlugin(name))
  }

  async #followPlugin(name: string): Promise<void> {
    clearTimeout(this.#waiting.get(name))
    this.#waiting.delete(name)
    const found = this.#parts.loader.sources.find(({ source }) => source.name === name)
    if (found === undefined) return
    const state = isWholePlugin(found.source.wasmFile)
    // A tool that deletes before it writes, and a build that begins, come back; a plug-in without a source is gone.
    if (state === "missing") return found.source.manifest.build === null ? this.#lookAtFolder() : undefined
    if (state === "whole") return this.#turn(() => this.#parts.loader.readPlugins([name]))
    if (this.#isStopped) return
    clearTimeout(this.#waiting.get(name))
    const show = (): void => {
      this.#waiting.delete(name)
      this.#turn(() => this.#parts.loader.readPlugins([name]))
    }
    this.#waiting.set(name, setTimeout(show, quietMs))
  }

  #turn(work: () => Promise<unknown>): void {
    this.#run(async () => {
      await work()
      if (!this.#isStopped) this.#parts.onTurn()
    })
  }

  #run(work: () => Promise<void>): void {
    if (this.#isStopped) return
    const running = work().catch((error: unknown) => {
      if (this.#isStopped) return
      this.#parts.logger.error("Functions could not be read again; the next save tries anew.", { error })
    })
    this.#running.add(running)
    void running.then(() => this.#running.delete(running))
  }
}
