import type { OnProgress } from "../../../protocol/progress.ts"
import { applyOperation } from "../../../schema/migrations/apply-operation.ts"
import type { OperationEffect } from "../../../schema/migrations/operation-effect.ts"
import type { Schema } from "../../../schema/schema.ts"
import { addEntry, markRolledBack } from "../migration-history.ts"
import type { KeptInverse } from "../migration-history.ts"
import { unsafeChanges } from "./migration-refusal.ts"
import { operationsOf } from "./migration-steps.ts"
import type { MigrationStep, RecordStep } from "./migration-steps.ts"
import { runOperation } from "./run-operation.ts"
import type { SqliteConnection } from "./sqlite-connection.ts"

/** What the steps of a migration led to. */
export interface RanSteps {
  readonly schema: Schema
  readonly lines: readonly string[]
  /** Collections, by their names now, whose rows or definitions changed. */
  readonly touched: ReadonlySet<string>
  /** True when SQL of a file may have changed any document. */
  readonly ranSql: boolean
}

/** Runs the files of a migration in order, each with its entry in the history, within the caller's transaction. */
export function runSteps(
  connection: SqliteConnection,
  {
    from,
    steps,
    now,
    onProgress,
  }: { from: Schema; steps: readonly MigrationStep[]; now: Date; onProgress: OnProgress },
): RanSteps {
  let schema = from
  const lines: string[] = []
  const touched = new Set<string>()
  let ranSql = false
  for (const step of steps) {
    const effects: OperationEffect[] = []
    for (const operation of operationsOf(step)) {
      const result = applyOperation(schema, operation)
      if (!result.ok) throw unsafeChanges([result.problem])
      const { effect } = result
      runOperation(connection, { before: schema, effect, at: operation.at, now, onProgress })
      for (const { from: old, to } of effect.tables) {
        touched.delete(old)
        touched.add(to)
      }
      for (const name of effect.dropped) touched.delete(name)
      ranSql ||= effect.sql !== null
      schema = effect.schema
      effects.push(effect)
    }
    recordStep(connection, { step, effects, schema, now })
    lines.push(...effects.map(({ line }) => line))
  }
  return { schema, lines, touched, ranSql }
}

function recordStep(
  connection: SqliteConnection,
  parts: { step: MigrationStep; effects: readonly OperationEffect[]; schema: Schema; now: Date },
): void {
  const { step, effects, schema, now } = parts
  const { number, name } = step
  const entry = { number, name, lines: effects.map(({ line }) => line), schemaHash: schema.hash, now }
  if (step.kind === "undo") {
    markRolledBack(connection, step.id, now)
    addEntry(connection, { kind: "rollback", ...entry })
    return
  }
  const { checksum, operations } = step
  const inverses = step.kind === "record" ? [neverRan(step)] : effects.map(keptInverse).toReversed()
  addEntry(connection, { kind: "file", ...entry, file: { checksum, operations, inverses } })
}

function neverRan({ file }: RecordStep): KeptInverse {
  const reason = "It was only noted, since the database was new and its tables were made from schema.yaml."
  return { kind: "none", line: file, reason }
}

function keptInverse({ line, inverse }: OperationEffect): KeptInverse {
  return inverse.kind === "operations" ? inverse : { kind: "none", line, reason: inverse.reason }
}
