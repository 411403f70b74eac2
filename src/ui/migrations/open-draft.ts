import type { MigrationPlan, PendingMigration } from "../../protocol/migrations-api.ts"
import { printable } from "../printable.ts"

/**
 * The newest pending file that says nothing yet, where it is what is waited for: schema.yaml asks for something that
 * only a file can do, or there is nothing else to do.
 */
export function draftToComplete({
  files,
  changes,
  problems,
}: Pick<MigrationPlan, "files" | "changes" | "problems">): PendingMigration | undefined {
  const open = files.findLast(({ operations }) => operations.length === 0)
  const isWaitedFor =
    changes.some(({ safety, file }) => safety === "refused" && file === null) ||
    (changes.length === 0 ? problems.length === 0 : changes.every(({ file }) => file !== null))
  return isWaitedFor ? open : undefined
}

/** What to do with a file that says nothing yet. */
export function completeAdvice({ file }: PendingMigration): string {
  return `${printable(file)} does nothing yet: answer what it asks, or write into it what is meant, then look again: alyx migrate plan`
}
