import { describe, run } from "../sdk/run.ts"
import { isBuilding, isDescribing } from "./build-time.ts"
import { CodedError, failureOf, interruptedError } from "./host-error.ts"
import { encodeUtf8, setOutput } from "./host.ts"
import { natives } from "./natives.ts"
import { rejections } from "./rejections.ts"

/** What came of evaluating a bundle, as the glue says it. */
const outcomes = { done: 0, thrown: 1, interrupted: 2 } as const

/** What the builder reads from the output of `alyx_evaluate`. */
type Evaluation =
  | { readonly ok: true; readonly description: ReturnType<typeof describe> }
  | { readonly ok: false; readonly error: ReturnType<typeof failureOf> }

const scope = globalThis as { __alyx_module?: unknown }

/** The module of the function: evaluated for the snapshot, or when the first call comes. */
class LoadedModule {
  #module: { readonly value: unknown } | null = null
  #exports: readonly string[] = []
  /** Of the bundle's script: a promise where it awaits something at its top level. */
  #completion: Promise<unknown> | null = null
  #awaited: "pending" | "done" | { readonly thrown: unknown } = "done"

  /** The script has ended; jobs are drained after this. */
  complete(value: unknown): void {
    this.#completion = value instanceof Promise ? value : null
    if (this.#completion === null) return
    this.#awaited = "pending"
    void this.#await(this.#completion)
  }

  async #await(completion: Promise<unknown>): Promise<void> {
    try {
      await completion
      this.#awaited = "done"
    } catch (thrown) {
      this.#awaited = { thrown }
    }
  }

  /** The end of the evaluation for a snapshot: describes the module to the builder. */
  describe(outcome: number, thrown: unknown): void {
    let evaluation: Evaluation
    try {
      this.#requireEvaluated(outcome, thrown)
      const description = this.#take()
      this.#exports = description.exports
      evaluation = { ok: true, description }
    } catch (error) {
      evaluation = { ok: false, error: failureOf(error) }
    }
    if (isBuilding()) setOutput(encodeUtf8(JSON.stringify(evaluation)))
  }

  /** The names that the plug-in exports, where the bundle is not evaluated before the first call. */
  expect(names: readonly string[]): void {
    this.#exports = names
  }

  /** Calls the export with this number. */
  run(index: number): unknown {
    const name = this.#exports[index]!
    return this.#module === null ? this.#loadAndRun(name) : run(this.#module.value, name)
  }

  async #loadAndRun(name: string): Promise<unknown> {
    await natives.evaluateDeferred()
    this.#take()
    return run(this.#module!.value, name)
  }

  #requireEvaluated(outcome: number, thrown: unknown): void {
    const [rejected] = rejections.take()
    if (outcome === outcomes.interrupted) {
      throw interruptedError(
        "Evaluating the function took too long: is there a loop without end outside its handler?",
        thrown,
      )
    }
    if (outcome === outcomes.thrown) throw thrown
    if (typeof this.#awaited === "object") throw this.#awaited.thrown
    if (this.#awaited === "pending") {
      throw new CodedError({
        code: "BUILD_TIME_ACCESS",
        message: isDescribing()
          ? "The function awaits something of a call at its top level, and with snapshot: false too its exports are found while it is built; await it in the handler."
          : "The function awaits something at its top level that never comes while it is built; await it in the handler.",
        status: null,
      })
    }
    if (rejected !== undefined) throw rejected.reason
  }

  #take(): ReturnType<typeof describe> {
    const value = scope.__alyx_module
    delete scope.__alyx_module
    const description = describe(value)
    this.#module = { value }
    return description
  }
}

export const loadedModule = new LoadedModule()
