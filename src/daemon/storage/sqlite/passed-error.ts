import { alyxError, isAlyxError } from "../../../errors.ts"
import type { ErrorCode, Problem } from "../../../errors.ts"
import { sqliteErrorCode } from "./sqlite-errors.ts"

/** An error on its way from a worker thread or a child process: an expected one keeps what it says. */
export interface PassedError {
  /** Null for a bug, and for what SQLite says of a statement. */
  readonly code: ErrorCode | null
  /** SQLite's code, with its own message, where it is SQLite's error. */
  readonly errcode?: number
  readonly message: string
  readonly next?: string
  readonly retryAfterSeconds?: number
  readonly problems: readonly Problem[]
}

/** Takes an error apart into what can be sent. */
export function passError(error: unknown): PassedError {
  const errcode = sqliteErrorCode(error)
  if (errcode !== undefined) return { code: null, errcode, message: (error as Error).message, problems: [] }
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

/** Makes the error again on this side; a bug's message begins with what was being done, SQLite's stays as it is. */
export function receiveError({ code, errcode, ...told }: PassedError, doing: string): Error {
  if (code !== null) return alyxError(code, told)
  if (errcode !== undefined) return Object.assign(new Error(told.message), { errcode })
  return new Error(`${doing} failed: ${told.message}`)
}
