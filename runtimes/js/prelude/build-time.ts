import { CodedError } from "./host-error.ts"
import { natives } from "./natives.ts"

/** What the glue says of the evaluation that runs. */
export const buildModes = { calls: 0, snapshot: 1, describing: 2 } as const

/** True while the function is evaluated by the builder, not called. */
export function isBuilding(): boolean {
  return natives.buildMode() !== buildModes.calls
}

/**
 * True while the builder only looks at what the code exports (`snapshot: false`): the code is evaluated again in calls. What
 * needs a call is there then, with values that mean nothing; what waits for the host never comes.
 */
export function isDescribing(): boolean {
  return natives.buildMode() === buildModes.describing
}

/** Throws BUILD_TIME_ACCESS while the function is built; `what` is what the person wrote: `fetch()`, `ctx.env`. */
export function requireCall(what: string): void {
  if (natives.buildMode() !== buildModes.snapshot) return
  throw new CodedError({
    code: "BUILD_TIME_ACCESS",
    message:
      `${what} is not there while the function is built; use it inside the handler, ` +
      "make it with lazy(() => …), or write `snapshot: false` in the manifest.",
    status: null,
  })
}
