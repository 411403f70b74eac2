import { describe, run } from "../sdk/run.ts"
import { callLoop } from "./call-loop.ts"
import { failureOf } from "./host-error.ts"
import { encodeUtf8, setOutput } from "./host.ts"
import { natives } from "./natives.ts"
import { operations } from "./operations.ts"
import { rejections } from "./rejections.ts"
import { installTimers } from "./timers.ts"
import { installWeb } from "./web/install.ts"

/**
 * The entry of the prelude: it is evaluated once, when Alyx is built, and kept in the snapshot that every function begins
 * with. A function's bundle sets `__alyx_module`; the glue calls `step` for everything else.
 */

/** What the glue asks for; the numbers stand in runtimes/js/engine/glue.ts too. */
const steps = { start: 0, next: 1, deliver: 2, crash: 3, interrupted: 4, rejected: 5, handled: 6, evaluated: 7 } as const

/** What the builder reads from the output of `alyx_evaluate`. */
export type Evaluation =
  | { readonly ok: true; readonly description: ReturnType<typeof describe> }
  | { readonly ok: false; readonly error: ReturnType<typeof failureOf> }

const scope = globalThis as { __alyx_module?: unknown }
const evaluated: { module: unknown; exports: readonly string[] } = { module: undefined, exports: [] }

installTimers()
installWeb()
natives.setStep(step)

function step(kind: number, argument: unknown, second: unknown): number {
  switch (kind) {
    case steps.start: {
      const name = evaluated.exports[argument as number]!
      callLoop.start(() => run(evaluated.module, name))
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
      setOutput(encodeUtf8(JSON.stringify(takeModule(argument))))
      return 0
    default:
      throw new RangeError(`The glue asks for step ${kind}.`)
  }
}

/** After the bundle was evaluated; `failed` holds what it threw. */
function takeModule(failed: unknown): Evaluation {
  try {
    if (failed !== undefined) throw (failed as { readonly thrown: unknown }).thrown
    evaluated.module = scope.__alyx_module
    delete scope.__alyx_module
    const description = describe(evaluated.module)
    evaluated.exports = description.exports
    return { ok: true, description }
  } catch (error) {
    return { ok: false, error: failureOf(error) }
  }
}
