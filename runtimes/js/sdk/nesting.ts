import { guestLimits } from "../../../src/functions/guest-abi.ts"
import { isShallow } from "../prelude/shallow.ts"
import { AlyxError } from "./alyx-error.ts"

/** Refuses what is nested deeper than the host takes it, before it is written as JSON. */
export function requireShallow(value: unknown, what: string): void {
  if (isShallow(value, guestLimits.nestingMax + aroundMax)) return
  throw new AlyxError({
    code: "INVALID_JSON",
    status: 400,
    message: `${what} is nested deeper than ${guestLimits.nestingMax} levels, or holds itself.`,
  })
}

/** What may stand around a document or a filter: what is asked, and its options. The host allows for more. */
const aroundMax = 2
