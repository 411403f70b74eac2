import { alyxError } from "../../errors.ts"

/** Where in what is restored something stands. */
export interface DumpPlace {
  /** What the file is called. */
  readonly name: string
  /** From 1. */
  readonly line: number
  readonly column?: number
}

/** Says what is wrong with a file that is to be restored, and where. */
export function invalidDump({ name, line, column = 1 }: DumpPlace, message: string, cause?: unknown): Error {
  return alyxError("RESTORE_INVALID", {
    message: `${name}:${line} ${message}`,
    next: "Nothing was changed. Mend the file, or take another one.",
    details: { line, column },
    ...(cause === undefined ? {} : { cause }),
  })
}
