import { alyxError } from "../../errors.ts"

/** The file is not what it says to be. */
export function damaged(what: string, cause?: unknown): Error {
  return alyxError("RESTORE_INVALID", {
    message: `The file is damaged: ${what}.`,
    next: "Nothing was changed. Take another file.",
    ...(cause === undefined ? {} : { cause }),
  })
}
