import "./globals.ts"
import { describe, installSdk, run } from "../sdk/run.ts"
import { isBuilding } from "./build-time.ts"
import { callLoop } from "./call-loop.ts"
import { failureOf } from "./host-error.ts"
import { encodeUtf8, setOutput } from "./host.ts"
import { natives } from "./natives.ts"
import { operations } from "./operations.ts"
import { rejections } from "./rejections.ts"

/**
 * The entry of the prelude: it is evaluated once, when Alyx is built, and kept in the snapshot that every function begins
 * with. A function's bundle sets `__alyx_module`; the glue calls `step` for everything else.
 */

/** What the glue asks for; the numbers stand in runtimes/js/engine/glue.ts too. */
const steps = {
  start: 0,
  next: 1,
  deliver: 2,
  crash: 3,
  interrupted: 4,
  rejected: 5,
  handled: 6,
  evaluated: 7,
  uncaught: 8,
  expect: 9,
} as const

/** What came of evaluating a bundle. */
const outcomes = { done: 0, thrown: 1, interrupted: 2 } as const

/** What the builder reads from the output of `alyx_evaluate`. */
export type Evaluation =
  | { readonly ok: true; readonly description: ReturnType<typeof describe> }
  | { readonly ok: false; readonly error: ReturnType<typeof failureOf> }

const scope = globalThis as { __alyx_module?: unknown }
/** `failure`: what the bundle threw when it was evaluated at the first call. */
const evaluated: {
  module: unknown
  exports: readonly string[]
  failure: { readonly thrown: unknown } | null
} = { module: undefined, exports: [], failure: null }

installSdk()
natives.setStep(step)

function step(kind: number, argument: unknown, second: unknown): number {
  switch (kind) {
    case steps.start: {
      const name = evaluated.exports[argument as number]!
      callLoop.start(() => {
        if (evaluated.failure !== null) throw evaluated.failure.thrown
        return run(evaluated.module, name)
      })
      return 0
    }
    case steps.next:
      return callLoop.next()
    case steps.deliver:
      operations.deliver(argument as Uint8Array)
      return 0
    case steps.crash:
      callLoop.fail(argument)
      return 0
    case steps.interrupted:
      callLoop.fail(new Error("The function was interrupted: its time is over."))
      return 0
    case steps.rejected:
    case steps.handled:
      rejections.note(argument as object, second, kind === steps.handled)
      return 0
    case steps.evaluated:
      takeModule(argument as number, second)
      return 0
    case steps.uncaught:
      rejections.note({}, argument, false)
      return 0
    case steps.expect:
      evaluated.exports = JSON.parse(argument as string) as string[]
      return 0
    default:
      throw new RangeError(`The glue asks for step ${kind}.`)
  }
}

/** After the bundle was evaluated: describes it to the builder. Without a snapshot this is the start of the first call. */
function takeModule(outcome: number, thrown: unknown): void {
  const evaluation = evaluate(outcome, thrown)
  evaluated.failure = evaluation.ok ? null : { thrown: thrown ?? new Error(evaluation.error.message) }
  if (isBuilding()) setOutput(encodeUtf8(JSON.stringify(evaluation)))
}

function evaluate(outcome: number, thrown: unknown): Evaluation {
  try {
    const [rejected] = rejections.take().map((reason) => ({ reason }))
    if (outcome === outcomes.interrupted) throw new Error("Evaluating the function took too long: is there a loop without end?")
    if (outcome === outcomes.thrown) throw thrown
    if (rejected !== undefined) throw rejected.reason
    evaluated.module = scope.__alyx_module
    delete scope.__alyx_module
    const description = describe(evaluated.module)
    if (evaluated.exports.length === 0) evaluated.exports = description.exports
    return { ok: true, description }
  } catch (error) {
    return { ok: false, error: failureOf(error) }
  }
}
