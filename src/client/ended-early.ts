import type { AlyxError } from "../errors.ts"
import { alyxError } from "../errors.ts"

/** The error for an answer that broke off before its end. */
export function answerEndedEarly(cause?: unknown): AlyxError {
  return alyxError("DAEMON_UNREACHABLE", { message: "The answer of the daemon ended in the middle.", cause })
}
