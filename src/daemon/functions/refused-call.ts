import { alyxError, isAlyxError } from "../../errors.ts"
import type { WireError } from "../../protocol/admin-api.ts"
import type { EndedInvocation } from "./functions.ts"
import type { Invocation } from "./invocation.ts"

/** A call that did not begin. */
export interface RefusedCall {
  readonly invocation: Invocation
  readonly input: Uint8Array
  readonly error: unknown
  readonly queuedMs: number
}

/**
 * Whether a refusal is counted and not kept: whoever is refused at once may come again at once, and would fill the execution
 * log with calls that never were.
 */
export function isOnlyCounted(error: unknown): boolean {
  return isAlyxError(error, "FUNCTION_BUSY") || isAlyxError(error, "FUNCTION_UNAVAILABLE")
}

/** What is known of a call that was refused before any code of it ran. */
export function endedByRefusal({ invocation, input, error, queuedMs }: RefusedCall): EndedInvocation {
  return {
    invocation,
    status: isAlyxError(error, "ABORTED") ? "cancelled" : "failed",
    durationMs: 0,
    queuedMs,
    input,
    output: null,
    head: null,
    error: keptRefusal(error),
    logs: [],
    logsDropped: 0,
  }
}

/** Which secrets there are, and that their key is wrong, is for those who run the server. */
export function shownRefusal(error: unknown, { name, tellsAll }: { name: string; tellsAll: boolean }): unknown {
  if (tellsAll || !isAlyxError(error, "SECRET_KEY_WRONG")) return error
  return alyxError("FUNCTION_UNAVAILABLE", { message: `The function ${name} cannot be called now.`, cause: error })
}

function keptRefusal(error: unknown): WireError {
  if (!isAlyxError(error)) return { code: "INTERNAL", message: "The call could not begin." }
  const { code, message, next } = error
  return { code, message, ...(next === undefined ? {} : { next }) }
}
