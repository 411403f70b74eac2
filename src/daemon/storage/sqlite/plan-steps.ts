import type { Problem } from "../../../errors.ts"
import type { PlannedChange } from "../../../protocol/migrations-api.ts"
import { applyOperation } from "../../../schema/migrations/apply-operation.ts"
import { describeOperation } from "../../../schema/migrations/describe-operation.ts"
import { mentionsOf } from "../../../schema/migrations/mentions.ts"
import type { PlacedOperation } from "../../../schema/migrations/migration.ts"
import type { OperationEffect, TableEffect } from "../../../schema/migrations/operation-effect.ts"
import type { Schema } from "../../../schema/schema.ts"
import { fieldValues, keepsRows } from "./field-values.ts"
import { expressionProblem, parameterProblem } from "./guarded-sql.ts"
import { operationsOf } from "./migration-steps.ts"
import type { MigrationStep } from "./migration-steps.ts"
import type { DraftedChange, RowLook } from "./plan-migration.ts"
import { rowChecks } from "./refused-rows.ts"
import type { RowLineage } from "./row-lineage.ts"
import { expressionsOf } from "./run-operation.ts"
import type { SqliteConnection } from "./sqlite-connection.ts"
import { countRows } from "./table-size.ts"
import { estimateMs, workBetween } from "./table-work.ts"
import type { TableWork } from "./table-work.ts"

/** What the steps of a migration would lead to. */
export interface PlannedSteps {
  readonly schema: Schema
  readonly changes: readonly DraftedChange[]
  /** What is wrong before any row is asked; the steps after the first problem are left out. */
  readonly problems: readonly Problem[]
}

/** Follows the steps in order, as far as they can be followed. */
export function planSteps(
  connection: SqliteConnection,
  {
    from,
    steps,
    lineage,
  }: { readonly from: Schema; readonly steps: readonly MigrationStep[]; readonly lineage: RowLineage },
): PlannedSteps {
  let schema = from
  const changes: DraftedChange[] = []
  for (const step of steps) {
    if (step.kind === "record") changes.push({ change: recordedChange(step.file), looks: [] })
    for (const operation of operationsOf(step)) {
      const result = applyOperation(schema, operation)
      if (!result.ok) {
        changes.push({ change: refusedChange(step, operation, result.problem), looks: [] })
        return { schema, changes, problems: [result.problem] }
      }
      const { effect } = result
      const look = { file: step.file, operation, effect, before: schema, lineage }
      const problems = expressionProblems(connection, look)
      if (problems.length > 0) {
        changes.push({ change: refusedChange(step, operation, problems[0]!), looks: [] })
        return { schema, changes, problems }
      }
      changes.push(draftChange(connection, look))
      schema = effect.schema
    }
  }
  return { schema, changes, problems: [] }
}

interface OperationLook {
  readonly file: string
  readonly operation: PlacedOperation
  readonly effect: OperationEffect
  readonly before: Schema
  readonly lineage: RowLineage
}

function expressionProblems(connection: SqliteConnection, look: OperationLook): readonly Problem[] {
  const { effect, operation, lineage } = look
  const { at } = operation
  const parameter = effect.sql === null ? null : parameterProblem("The SQL", effect.sql, at)
  if (parameter !== null) return [parameter]
  return effect.tables.flatMap((table) => {
    const source = lineage.of(table.from)?.source
    if (source === undefined) return []
    return expressionsOf(table).flatMap(({ expression, label }) => {
      const problem = expressionProblem(connection, { expression, label, source, at })
      if (problem === null) return []
      if (problem.code !== "SQL_FAILED" || !mayLookElsewhere(expression, lineage)) return [problem]
      lineage.isKnown = false
      return []
    })
  })
}

/**
 * An expression that asks other rows finds the tables as they are now, not as earlier operations would leave them: what
 * it fails at is for the migration itself to judge.
 */
function mayLookElsewhere(expression: string, { hasMoved }: RowLineage): boolean {
  return hasMoved && /\bselect\b/i.test(expression)
}

function draftChange(connection: SqliteConnection, look: OperationLook): DraftedChange {
  const { file, effect, before, lineage } = look
  const { touches, sql } = effect
  const works = effect.tables.map((table) => ({
    work: workOf(table, look),
    rowCount: countRows(connection, lineage.of(table.from)?.table ?? table.from),
  }))
  const droppedCount = effect.dropped.reduce(
    (sum, name) => sum + countRows(connection, lineage.of(name)?.table ?? name),
    0,
  )
  const worked = works.filter(({ work }) => work !== "instant")
  const looks = looksOf(look)
  const change: PlannedChange = {
    file,
    message: effect.line,
    collection: touches?.collection ?? null,
    field: touches?.field ?? null,
    safety: effect.isLossy ? "lossy" : "safe",
    reason: effect.isLossy ? lossOf(effect) : null,
    next: null,
    rowCount: sql === null ? droppedCount + (worked[0]?.rowCount ?? 0) : null,
    work: worked.some(({ work }) => work === "rebuild")
      ? "rebuild"
      : sql !== null || worked.length > 0
        ? "scan"
        : "instant",
    estimateMs: works.reduce((sum, { work, rowCount }) => sum + estimateMs(work, rowCount), 0),
    mentions: touches === null ? [] : mentionsOf(before, touches),
  }
  lineage.note(effect)
  return { change, looks }
}

function lossOf({ sql, inverse }: OperationEffect): string {
  if (sql !== null) return "What SQL does to documents is not known before; a backup is written first."
  const undone = inverse.kind === "none" ? ` ${inverse.reason}` : ""
  return `Values or documents are lost by it; a backup is written first.${undone}`
}

function workOf(table: TableEffect, { before, effect }: OperationLook): TableWork {
  if (!keepsRows(table)) return "rebuild"
  return workBetween(before.collections.get(table.from)!, effect.schema.collections.get(table.to)!)
}

/** The looks of one operation; takes the lineage through it as well. */
function looksOf({ effect, operation, before, lineage }: OperationLook): readonly RowLook[] {
  return effect.tables.flatMap((table) => {
    const rows = lineage.of(table.from)
    const after = effect.schema.collections.get(table.to)!
    const values = fieldValues(table, { after, now: new Date() })
    lineage.move(table, values)
    if (rows === undefined || !lineage.isKnown) return []
    const parts = { effect: table, before: before.collections.get(table.from)!, after, values, source: rows.source }
    return rowChecks({ ...parts, at: operation.at }).map((check) => ({ ...check, table: rows.table, countMin: 1 }))
  })
}

function refusedChange(step: MigrationStep, operation: PlacedOperation, { message, next }: Problem): PlannedChange {
  return {
    ...emptyChange,
    file: step.file,
    message: describeOperation(operation),
    safety: "refused",
    reason: message,
    next: next ?? null,
  }
}

function recordedChange(file: string): PlannedChange {
  return { ...emptyChange, file, message: `${file} is noted as applied: the database is new`, rowCount: 0 }
}

const emptyChange = {
  collection: null,
  field: null,
  safety: "safe",
  reason: null,
  next: null,
  rowCount: null,
  work: "instant",
  estimateMs: 0,
  mentions: [],
} as const
