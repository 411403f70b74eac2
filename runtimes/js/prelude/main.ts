import "./globals.ts"
import { installSdk } from "../sdk/run.ts"
import { callLoop } from "./call-loop.ts"
import { interruptedError } from "./host-error.ts"
import { loadedModule } from "./loaded-module.ts"
import { natives } from "./natives.ts"
import { operations } from "./operations.ts"
import { rejections } from "./rejections.ts"

/**
 * The entry of the prelude: it is evaluated once, when Alyx is built, and kept in the snapshot that every function begins
 * with. A function's bundle sets `__alyx_module`; the glue calls `step` for everything else.
 */

/** What the glue asks for; the numbers stand in runtimes/js/engine/glue.as too. */
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
  completion: 10,
} as const

installSdk()
natives.setStep(step)

function step(kind: number, argument: unknown, second: unknown): number {
  switch (kind) {
    case steps.start:
      callLoop.start(() => loadedModule.run(argument as number))
      return 0
    case steps.next:
      return callLoop.next()
    case steps.deliver:
      operations.deliver(argument as string)
      return 0
    case steps.crash:
      callLoop.fail(argument)
      return 0
    case steps.interrupted:
      callLoop.fail(interruptedError("The function was interrupted: its time is over.", argument))
      return 0
    case steps.rejected:
    case steps.handled:
      rejections.note(argument as object, second, kind === steps.handled)
      return 0
    case steps.evaluated:
      loadedModule.describe(argument as number, second)
      return 0
    case steps.uncaught:
      rejections.noteUncaught(argument)
      return 0
    case steps.expect:
      loadedModule.expect(JSON.parse(argument as string) as string[])
      return 0
    case steps.completion:
      loadedModule.complete(argument)
      return 0
    default:
      throw new RangeError(`The glue asks for step ${kind}.`)
  }
}
