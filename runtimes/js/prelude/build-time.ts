import { CodedError } from "./host-error.ts"
import { natives } from "./natives.ts"

/** True while the function is evaluated for its snapshot, not called. */
export function isBuilding(): boolean {
  return natives.isBuilding()
}

/** Throws BUILD_TIME_ACCESS while the function is built; `what` is what the person wrote: `fetch()`, `ctx.env`. */
export function requireCall(what: string): void {
  if (!isBuilding()) return
  throw new CodedError({
    code: "BUILD_TIME_ACCESS",
    message:
      `${what} is not there while the function is built; use it inside the handler, ` +
      "make it with lazy(() => …), or write `snapshot: false` in the manifest.",
    status: null,
  })
}
