import type { AlyxError, ErrorCode } from "../../errors.ts"

/** Exit codes of the command line that mean more than "failed". */
const exitCodes: Partial<Record<ErrorCode, number>> = {
  USAGE: 2,
  NO_TERMINAL: 2,
  NO_DAEMON: 3,
  DAEMON_NOT_YOURS: 4,
  PLAN_CHANGED: 5,
  EMAIL_TAKEN: 5,
  KEY_NAME_TAKEN: 5,
  INTERRUPTED: 130,
  UNKNOWN_COMMAND: 127,
}

/** What a command that fails with this error ends with. */
export function exitCodeOf(error: AlyxError): number {
  return exitCodes[error.code] ?? 1
}
