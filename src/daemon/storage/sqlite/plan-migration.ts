import type { Problem } from "../../../errors.ts"
import { isAlyxError } from "../../../errors.ts"
import type { PlannedChange } from "../../../protocol/migrations-api.ts"
import { diffSchemas } from "../../../schema/diff.ts"
import type { Schema } from "../../../schema/schema.ts"
import { sqlQuery } from "../database.ts"
import type { SqlValue } from "../database.ts"
import type { MigrationStep } from "./migration-steps.ts"
import { asProblems } from "./operation-problems.ts"
import { planDerived } from "./plan-derived.ts"
import { planSteps } from "./plan-steps.ts"
import { appliedSchema, takenNames } from "./plan-schema.ts"
import { RowLineage } from "./row-lineage.ts"
import type { SqliteDatabase } from "./sqlite-database.ts"
import { holdsSql } from "./migration-steps.ts"
import { largestRowCount, largeTableRowCount } from "./table-size.ts"

/** A change of a plan, with what is still to be asked of the rows. */
export interface DraftedChange {
  readonly change: PlannedChange
  readonly looks: readonly RowLook[]
}

/** A look for documents that are in the way of a change. */
export interface RowLook {
  readonly table: string
  readonly sql: string
  readonly countMin: number
  readonly problem: (ids: readonly SqlValue[]) => Problem
}

/** What a migration would do. */
export interface PlannedMigration {
  readonly from: Schema
  readonly to: Schema
  readonly changes: readonly PlannedChange[]
  readonly problems: readonly Problem[]
}

/**
 * How long the looks of one plan may take in all, besides that each has its own limit; those that are left then are not
 * made: the migration itself finds what they would have found.
 */
const looksMsMax = 60_000

/** Says what the steps and the way to a schema would do, without writing anything. */
export async function planMigration(
  database: SqliteDatabase,
  { steps, schema }: { readonly steps: readonly MigrationStep[]; readonly schema: Schema | null },
): Promise<PlannedMigration> {
  const drafted = database.inspect((connection) => {
    const from = appliedSchema(connection)
    const lineage = new RowLineage(from)
    const planned = planSteps(connection, { from, steps, lineage })
    const isWhole = planned.problems.length === 0
    const to = schema !== null && isWhole ? schema : planned.schema
    const derived = isWhole
      ? planDerived(connection, { from: planned.schema, to, changes: diffSchemas(planned.schema, to), lineage })
      : []
    const taken = isWhole ? takenNames(connection, [from, planned.schema], to) : []
    return {
      from,
      to,
      isKnown: lineage.isKnown,
      changes: [...planned.changes, ...derived],
      problems: [...planned.problems, ...taken],
    }
  })
  const changes: PlannedChange[] = []
  const problems: Problem[] = [...drafted.problems]
  const deadlineMs = performance.now() + looksMsMax
  const how = { isBeside: holdsSql(steps), isKnown: drafted.isKnown }
  for (const { change, looks } of drafted.changes) {
    const found: Problem[] = []
    for (const look of looks) {
      if (performance.now() < deadlineMs) found.push(...(await problemsOf(database, look, how)))
    }
    problems.push(...found)
    changes.push(
      found.length === 0
        ? change
        : { ...change, safety: "refused", reason: found[0]!.message, next: found[0]!.next ?? null },
    )
  }
  return { from: drafted.from, to: drafted.to, changes, problems }
}

/**
 * Small tables are looked at here; others, and what SQL of a person would make of any, by a process beside. What takes
 * too long is left to the migration itself.
 */
async function problemsOf(
  database: SqliteDatabase,
  look: RowLook,
  { isBeside, isKnown }: { readonly isBeside: boolean; readonly isKnown: boolean },
): Promise<readonly Problem[]> {
  const { table, sql, countMin, problem } = look
  database.requireRunning()
  try {
    const isLarge = database.read((reader) => largestRowCount(reader, table)) > largeTableRowCount
    const rows =
      isLarge || isBeside
        ? (await database.readSlow([sqlQuery(sql)]))[0]!
        : database.read((reader) => reader.all(sqlQuery(sql)))
    return rows.length >= countMin ? [problem(rows.map((row) => row["id"] ?? null))] : []
  } catch (error) {
    if (isAlyxError(error, "QUERY_TIMEOUT") || isAlyxError(error, "OVERLOADED")) return []
    const problems = asProblems(error, problem([]).at ?? null)
    // The query may name what only the operations before would make.
    return isKnown ? problems : []
  }
}
