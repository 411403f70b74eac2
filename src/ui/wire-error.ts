import type { AlyxError } from "../errors.ts"
import type { WireError } from "../protocol/admin-api.ts"

/** An error as --json prints it: the same form as in an answer of the API. */
export function toWireError(error: AlyxError): WireError & { readonly details?: Readonly<Record<string, unknown>> } {
  const at = error.at ? [{ code: error.code, message: error.message, at: error.at }] : []
  const problems = error.problems.length > 0 ? error.problems : at
  return {
    code: error.code,
    message: error.message,
    ...(error.next === undefined ? {} : { next: error.next }),
    ...(problems.length === 0 ? {} : { problems }),
    ...(error.details === undefined ? {} : { details: error.details }),
  }
}
