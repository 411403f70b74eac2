import type { Operation, PlacedOperation } from "../../../schema/migrations/migration.ts"

/** One file that is applied, or undone, as part of a migration. Plain data: it goes to the worker as it is. */
export type MigrationStep = ApplyStep | UndoStep | RecordStep

/** Applies a migration file. */
export interface ApplyStep {
  readonly kind: "apply"
  readonly file: string
  readonly number: number
  readonly name: string
  readonly checksum: string
  readonly operations: readonly PlacedOperation[]
}

/** Undoes a file that was applied. */
export interface UndoStep {
  readonly kind: "undo"
  /** The entry of the history that it undoes. */
  readonly id: number
  readonly file: string
  readonly number: number
  readonly name: string
  readonly operations: readonly Operation[]
}

/** Notes a file as applied without running it: the tables of a new database are made from schema.yaml at once. */
export interface RecordStep extends Omit<ApplyStep, "kind"> {
  readonly kind: "record"
}

/** The operations of a step, with their places where they have one. */
export function operationsOf(step: MigrationStep): readonly PlacedOperation[] {
  if (step.kind === "record") return []
  return step.kind === "apply" ? step.operations : step.operations.map((operation) => ({ ...operation, at: null }))
}

/**
 * Whether a person's SQL is run for the steps, or for a look at what they would do: it may take for ever, whatever the
 * tables hold, so it never runs on the main thread.
 */
export function holdsSql(steps: readonly MigrationStep[]): boolean {
  return steps.flatMap(operationsOf).some((operation) => {
    if (operation.type === "sql") return true
    if (operation.type === "change_type") return operation.using !== null
    return "fill" in operation && operation.fill?.kind === "sql"
  })
}
