import { alyxError } from "../../../errors.ts"
import type { Problem } from "../../../errors.ts"
import type { SourceLocation } from "../../../lib/source-location.ts"
import type { SqlValue } from "../database.ts"

/** How many documents a refusal names. */
export const namedDocumentsMax = 5

/** Why a migration was not applied: all that stands in its way. */
export function unsafeChanges(problems: readonly Problem[]): Error {
  const count = problems.length === 1 ? "One change" : `${problems.length} changes`
  return alyxError("UNSAFE_CHANGES", {
    message: `${count} of the schema cannot be applied without losing or breaking data; nothing was applied.`,
    next: "Follow the advice of each change, or put the old definition back. `alyx migrate create` writes a migration file for what changes data, `alyx migrate plan` shows what it would do.",
    problems,
  })
}

/** One thing that stands in the way, at a place of a migration file. */
export function migrationProblem(
  code: string,
  { message, next, at }: { readonly message: string; readonly next: string; readonly at: SourceLocation | null },
): Problem {
  return { code, message, next, ...(at === null ? {} : { at }) }
}

/** "Documents in the way: 1, 2." */
export function inTheWay(ids: readonly SqlValue[]): string {
  return `Documents in the way: ${ids.map(String).join(", ")}.`
}
