import { alyxError, isAlyxError } from "../../errors.ts"
import type { AlyxError } from "../../errors.ts"

/** Says at which operation of a batch an error arose; an unexpected one stays as it is. */
export function atOperation(index: number, error: unknown): unknown {
  if (!isAlyxError(error)) return error
  const { code, message, next, problems, details, retryAfterSeconds } = error
  return alyxError(code, {
    message: `operations[${index}]: ${message}`,
    problems,
    details: { ...details, operation: index },
    cause: error,
    ...(next === undefined ? {} : { next }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  })
}

/** The error of a batch of which several operations were refused before anything was written. */
export function refusedBatch(refused: readonly { readonly index: number; readonly error: AlyxError }[]): unknown {
  const [first] = refused
  if (first === undefined) return undefined
  const error = atOperation(first.index, first.error)
  if (refused.length === 1 || !isAlyxError(error)) return error
  return alyxError(error.code, {
    message: `${refused.length} operations are not valid. ${error.message}`,
    details: {
      ...error.details,
      operations: refused.map(({ index, error: { code, message, details } }) => ({
        operation: index,
        code,
        message,
        ...details,
      })),
    },
    ...(error.next === undefined ? {} : { next: error.next }),
  })
}
