import { nearestWord } from "../../../src/lib/nearest-word.ts"
import { CodedError } from "../prelude/host-error.ts"

/** What an AlyxError is made of. */
export interface AlyxErrorParts {
  readonly code: string
  readonly status: number
  readonly message: string
  readonly details?: unknown
}

/**
 * An error of Alyx itself: the database refused, a secret is not set, another function failed. What `ctx` throws is always of
 * this class.
 */
export class AlyxError extends CodedError {
  static {
    Object.defineProperty(this.prototype, "name", { value: "AlyxError", writable: true, configurable: true })
  }

  declare readonly status: number
}

/** Makes an AlyxError of what the host answered; the stack is that of the place in the function that asked. */
export function hostFailure(error: unknown, stack: string | undefined): unknown {
  if (!(error instanceof CodedError) || error instanceof AlyxError) return error
  const { code, status, message, details } = error
  const made = new AlyxError({ code, status: status ?? 500, message, details })
  if (stack !== undefined) made.stack = stack
  return made
}

/** ` Did you mean posts?`, or nothing when no word is near. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  // A word of one or two letters is near to any other.
  const nearest = word.length < 3 ? undefined : nearestWord(word, candidates)
  return nearest === undefined ? "" : ` Did you mean ${nearest}?`
}
