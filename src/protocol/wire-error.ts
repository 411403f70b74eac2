import { errorTable, isAlyxError } from "../errors.ts"
import type { WireError } from "./admin-api.ts"

/** An error as the owner is told it: over the control API and with --json. A bug shows its message too: the owner is the one who can report it. */
export function toWireError(error: unknown): WireError {
  if (!isAlyxError(error)) {
    const message = error instanceof Error ? error.message : String(error)
    return { code: "INTERNAL", message: `${errorTable.INTERNAL.sentence} (${message})` }
  }
  const { at } = error
  const own = at === undefined ? [] : [{ code: error.code, message: error.message, at }]
  const problems = error.problems.length > 0 ? error.problems : own
  return {
    code: error.answeredCode,
    message: error.message,
    ...(error.next === undefined ? {} : { next: error.next }),
    ...(problems.length > 0 ? { problems } : {}),
    ...(error.details === undefined ? {} : { details: error.details }),
  }
}
