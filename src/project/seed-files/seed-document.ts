import { alyxError } from "../../errors.ts"
import type { AlyxError, Problem } from "../../errors.ts"
import type { SourceLocation } from "../../lib/source-location.ts"

/** One document of a seed file, as written: relations may be given by name. */
export interface SeedDocument {
  readonly collection: string
  readonly data: Readonly<Record<string, unknown>>
  /** Where it stands: "seed.yaml:12", or with the column "seed.yaml:12:5". */
  readonly at: string
}

/** Makes the error of a seed file that cannot be used as it is written. */
export function seedFileError(problems: readonly Problem[]): AlyxError {
  const [first] = problems
  const message =
    problems.length === 1 && first !== undefined
      ? first.message
      : `The seed file has ${problems.length} problems. Nothing was written.`
  return alyxError("SEED_INVALID", { message, problems })
}

/** One problem as an error. */
export function seedProblem(message: string, at: SourceLocation, next?: string): AlyxError {
  return seedFileError([{ code: "SEED_INVALID", message, at, ...(next !== undefined && { next }) }])
}

/** Writes a place as a SeedDocument carries it. */
export function placeText({
  file,
  line,
  column,
}: Omit<SourceLocation, "length" | "column"> & { readonly column?: number }): string {
  return column === undefined || column === 1 ? `${file}:${line}` : `${file}:${line}:${column}`
}
