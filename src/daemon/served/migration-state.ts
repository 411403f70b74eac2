import { createHash } from "node:crypto"

import { alyxError } from "../../errors.ts"
import type { Problem } from "../../errors.ts"
import { readMigrationFiles } from "../../project/migration-files.ts"
import type { MigrationFiles } from "../../project/migration-files.ts"
import type { ProjectPaths } from "../../project/paths.ts"
import type { MigrationPlan, PendingMigration } from "../../protocol/migrations-api.ts"
import { describeOperation } from "../../schema/migrations/describe-operation.ts"
import { compareHistory } from "../../schema/migrations/history.ts"
import type { ComparedHistory } from "../../schema/migrations/history.ts"
import type { Migration } from "../../schema/migrations/migration.ts"
import type { Schema } from "../../schema/schema.ts"
import { historyMark, readAppliedFiles } from "../storage/migration-history.ts"
import type { AppliedFile } from "../storage/migration-history.ts"
import type { MigrationStep } from "../storage/sqlite/migration-steps.ts"
import { planMigration } from "../storage/sqlite/plan-migration.ts"
import { appliedSchema } from "../storage/sqlite/plan-schema.ts"
import type { SqliteDatabase } from "../storage/sqlite/sqlite-database.ts"

/** How the migration files and the database stand to each other now. */
export interface MigrationState {
  readonly applied: readonly AppliedFile[]
  readonly compared: ComparedHistory
  /** Of files and history: what keeps a migration from being applied. */
  readonly problems: readonly Problem[]
  readonly notices: readonly string[]
  /** The schema that the database is at. */
  readonly from: Schema
  readonly hasHistory: boolean
  /** Tells this state of the database from others. */
  readonly mark: string
}

/** A plan, with what runs it. */
export interface RunnablePlan {
  readonly plan: MigrationPlan
  readonly steps: readonly MigrationStep[]
}

/** Compares the project's files with the history of the database. */
export function readMigrationState(
  database: SqliteDatabase,
  paths: Pick<ProjectPaths, "migrationsDir">,
): MigrationState {
  return compareWith(database, readMigrationFiles(paths))
}

/** The same for files that were read otherwise. */
export function compareWith(
  database: SqliteDatabase,
  files: Pick<MigrationFiles, "migrations" | "problems" | "notices">,
): MigrationState {
  return database.read((reader) => {
    const applied = readAppliedFiles(reader)
    const compared = compareHistory(
      files.migrations,
      applied.map((file) => ({ ...file, rolledBackAt: null })),
    )
    const mark = historyMark(reader)
    const schema = appliedSchema(reader)
    return {
      applied,
      compared,
      problems: [...files.problems, ...compared.problems],
      notices: [...files.notices, ...compared.notices],
      from: schema,
      hasHistory: mark !== historyMarkOfNew,
      mark: `${mark} ${schema.hash}`,
    }
  })
}

const historyMarkOfNew = "0.0"

/**
 * True for a database whose tables are, or will be, made from schema.yaml at once, as those of a new clone and after a
 * reset: then the files have nothing to do, and are only noted.
 */
export function isMadeAtOnce({ from, hasHistory }: MigrationState, written: Schema): boolean {
  return !hasHistory && (from.collections.size === 0 || from.hash === written.hash)
}

/** The files that wait and say what to do: one without operations, applied, could not be written any more. */
export function runnableFiles({ compared }: Pick<MigrationState, "compared">): readonly Migration[] {
  return compared.pending.filter(({ operations }) => operations.length > 0)
}

/** What waits, as it is shown. */
export function pendingMigrations({ compared }: MigrationState): readonly PendingMigration[] {
  return compared.pending.map(({ file, number, name, description, operations }) => ({
    file,
    number,
    name,
    description,
    operations: operations.map(describeOperation),
  }))
}

/** Plans the pending files and the difference to the written schema. */
export async function planPending(
  database: SqliteDatabase,
  state: MigrationState,
  written: Schema,
): Promise<RunnablePlan> {
  const kind = isMadeAtOnce(state, written) ? "record" : "apply"
  const steps = runnableFiles(state).map((file) => stepOf(file, kind))
  const planned = await planMigration(database, { steps: state.problems.length === 0 ? steps : [], schema: written })
  const problems = state.problems.length > 0 ? state.problems : planned.problems
  const changes = state.problems.length > 0 ? [] : planned.changes
  const plan: MigrationPlan = {
    hash: hashOf(state, written),
    from: planned.from.hash,
    to: written.hash,
    files: pendingMigrations(state),
    changes,
    problems: [...problems, ...unlisted(changes, problems)],
    isLossy: changes.some(({ safety }) => safety === "lossy"),
    estimateMs: changes.reduce((sum, change) => sum + change.estimateMs, 0),
  }
  return { plan, steps }
}

/** A refused change without a problem of its own would look as if the plan could be applied. */
function unlisted(changes: MigrationPlan["changes"], problems: readonly Problem[]): readonly Problem[] {
  if (problems.length > 0) return []
  return changes
    .filter(({ safety }) => safety === "refused")
    .map(({ message, reason, next }) => ({
      code: "CHANGE_REFUSED",
      message: `${message}: ${reason ?? ""}`,
      ...(next === null ? {} : { next }),
    }))
}

function stepOf({ file, number, name, checksum, operations }: Migration, kind: "apply" | "record"): MigrationStep {
  return { kind, file, number, name, checksum, operations }
}

/** Of the state of the database, the files that wait, and the written schema: all that decides what a plan does. */
function hashOf({ mark, compared }: MigrationState, written: Schema): string {
  const files = compared.pending.map(({ file, checksum }) => [file, checksum])
  return createHash("sha256")
    .update(JSON.stringify([mark, files, written.hash]))
    .digest("hex")
}

/** Why a plan cannot be applied as it is. */
export function unsafePlan(plan: MigrationPlan): Error {
  const count = plan.problems.length === 1 ? "a problem" : `${plan.problems.length} problems`
  return alyxError("UNSAFE_CHANGES", {
    message: `The way to the written schema has ${count}; nothing was applied.`,
    next: "Mend what is listed. `alyx migrate create` writes a migration file for what changes data, `alyx migrate plan` shows what it would do.",
    problems: plan.problems,
  })
}

/** What is said where pending files wait for somebody to ask for them. */
export function pendingError(plan: MigrationPlan, next: string): Error {
  const waiting = plan.files.filter(({ operations }) => operations.length > 0)
  const names = waiting.map(({ file }) => file).join(", ")
  const count = waiting.length === 1 ? "A migration waits" : `${waiting.length} migrations wait`
  return alyxError("MIGRATIONS_PENDING", {
    message: `${count} to be applied: ${names}.`,
    next,
    problems: plan.problems,
  })
}
