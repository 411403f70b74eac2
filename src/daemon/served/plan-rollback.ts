import { createHash } from "node:crypto"

import type { Problem } from "../../errors.ts"
import { alyxError } from "../../errors.ts"
import { migrationFileName } from "../../schema/migrations/file-name.ts"
import type { RollbackPlan } from "../../protocol/migrations-api.ts"
import { historyMark, readAppliedFiles } from "../storage/migration-history.ts"
import type { AppliedFile } from "../storage/migration-history.ts"
import type { UndoStep } from "../storage/sqlite/migration-steps.ts"
import { planMigration } from "../storage/sqlite/plan-migration.ts"
import { appliedSchema } from "../storage/sqlite/plan-schema.ts"
import type { SqliteDatabase } from "../storage/sqlite/sqlite-database.ts"

/** What a rollback would do, with the steps that do it. */
export interface RunnableRollback {
  readonly plan: RollbackPlan
  readonly steps: readonly UndoStep[]
}

/** Plans to undo the last files that were applied, the newest first, on the schema as it is now. */
export async function planRollback(database: SqliteDatabase, count: number): Promise<RunnableRollback> {
  const { applied, mark } = database.read((reader) => ({
    applied: readAppliedFiles(reader),
    mark: `${historyMark(reader)} ${appliedSchema(reader).hash}`,
  }))
  if (applied.length === 0) {
    throw alyxError("CONFLICT", {
      message: "No migration file was applied that could be undone.",
      next: "See what was applied with: alyx migrate status",
    })
  }
  if (count > applied.length) {
    throw alyxError("CONFLICT", {
      message: `Only ${applied.length} applied migrations can be undone, not ${count}.`,
      next: `Ask for ${applied.length} at most.`,
    })
  }
  const files = applied.slice(-count).toReversed()
  const steps = files.map(undoStep)
  const lasting = files.flatMap(irreversible)
  const planned = lasting.length > 0 ? null : await planMigration(database, { steps, schema: null })
  const ids = steps.map(({ id }) => id)
  const plan = {
    hash: createHash("sha256")
      .update(JSON.stringify([mark, ids]))
      .digest("hex"),
    files: steps.map(({ file }) => file),
    changes: planned?.changes ?? [],
    problems: [...lasting, ...(planned?.problems ?? [])],
  }
  return { plan, steps }
}

/** Throws when something cannot be undone. */
export function requireReversible({ problems }: RollbackPlan): void {
  if (problems.length === 0) return
  throw alyxError("MIGRATION_NOT_REVERSIBLE", {
    message: "The migrations cannot be undone; nothing was changed.",
    next: "Undo fewer of them, write a new migration that leads back, or restore a backup of .alyx/backups.",
    problems,
  })
}

function undoStep({ id, number, name, inverses }: AppliedFile): UndoStep {
  const operations = inverses.flatMap((inverse) => (inverse.kind === "operations" ? inverse.operations : []))
  return { kind: "undo", id, file: fileOf({ number, name }), number, name, operations }
}

function irreversible(file: AppliedFile): readonly Problem[] {
  return file.inverses.flatMap((inverse) =>
    inverse.kind === "none"
      ? [{ code: "NOT_REVERSIBLE", message: `${fileOf(file)}: ${inverse.line} cannot be undone. ${inverse.reason}` }]
      : [],
  )
}

function fileOf({ number, name }: Pick<AppliedFile, "number" | "name">): string {
  return `migrations/${migrationFileName(number, name)}`
}
