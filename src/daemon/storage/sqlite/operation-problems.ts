import { isAlyxError } from "../../../errors.ts"
import type { Problem } from "../../../errors.ts"
import type { SourceLocation } from "../../../lib/source-location.ts"
import { migrationProblem } from "./migration-refusal.ts"
import { sqliteErrorCode } from "./sqlite-errors.ts"

/** What rows and the person's SQL caused, at the place of the operation; throws anything else as it is. */
export function asProblems(error: unknown, at: SourceLocation | null): readonly Problem[] {
  if (isAlyxError(error, "UNSAFE_CHANGES")) {
    return error.problems.map((problem) => (problem.at === undefined && at !== null ? { ...problem, at } : problem))
  }
  const isOfRows = isAlyxError(error, "VALIDATION_ERROR") || isAlyxError(error, "UNIQUE_CONFLICT")
  if (!isOfRows && (isAlyxError(error) || sqliteErrorCode(error) === undefined)) throw error
  const { message } = error as Error
  return [
    migrationProblem(isOfRows ? "BROKEN_CONSTRAINT" : "SQL_FAILED", {
      message: isOfRows ? message : `The database refused the operation: ${message}.`,
      next: "Mend the operation, or the documents.",
      at,
    }),
  ]
}
