import { alyxError, isAlyxError } from "../../../errors.ts"
import type { ErrorCode, Problem } from "../../../errors.ts"

/** An error on its way from a worker thread or a child process: an expected one keeps what it says. */
export interface PassedError {
  /** Null for a bug. */
  readonly code: ErrorCode | null
  readonly message: string
  readonly next?: string
  readonly retryAfterSeconds?: number
  readonly problems: readonly Problem[]
}

/** Takes an error apart into what can be sent. */
export function passError(error: unknown): PassedError {
  if (!isAlyxError(error)) return { code: null, message: String(error), problems: [] }
  const { code, message, next, problems, retryAfterSeconds } = error
  return {
    code,
    message,
    problems,
    ...(next === undefined ? {} : { next }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  }
}

/** Makes the error again on this side; a bug's message begins with what was being done. */
export function receiveError({ code, ...told }: PassedError, doing: string): Error {
  return code === null ? new Error(`${doing} failed: ${told.message}`) : alyxError(code, told)
}
