import type { Problem } from "../../errors.ts"
import type { Schema } from "../schema.ts"
import { changeType } from "./apply-change-type.ts"
import { dropCollection, dropField } from "./apply-drop.ts"
import { addField, setConstraints, setNullable } from "./apply-field.ts"
import { renameCollection, renameField } from "./apply-rename.ts"
import { describeOperation } from "./describe-operation.ts"
import type { Operation, PlacedOperation } from "./migration.ts"
import type { OperationEffect } from "./operation-effect.ts"
import { RefusedOperation } from "./refused-operation.ts"

/** What an operation does to a schema, or why it cannot be done. */
export type AppliedOperation =
  | { readonly ok: true; readonly effect: OperationEffect }
  | { readonly ok: false; readonly problem: Problem }

/**
 * Works out what one operation makes of a schema, and of the rows behind it. Pure; the result is a schema that
 * parseSchema would accept too. What depends on the rows is for the engine to find out.
 */
export function applyOperation(schema: Schema, operation: Operation | PlacedOperation): AppliedOperation {
  try {
    return { ok: true, effect: Object.freeze(effectOf(schema, operation)) }
  } catch (error) {
    if (!(error instanceof RefusedOperation)) throw error
    const at = "at" in operation ? operation.at : null
    return { ok: false, problem: { ...error.problem, ...(at === null ? {} : { at }) } }
  }
}

function effectOf(schema: Schema, operation: Operation): OperationEffect {
  switch (operation.type) {
    case "rename_field":
      return renameField(schema, operation)
    case "rename_collection":
      return renameCollection(schema, operation)
    case "drop_field":
      return dropField(schema, operation)
    case "drop_collection":
      return dropCollection(schema, operation)
    case "add_field":
      return addField(schema, operation)
    case "change_type":
      return changeType(schema, operation)
    case "set_nullable":
      return setNullable(schema, operation)
    case "set_constraints":
      return setConstraints(schema, operation)
    case "sql":
      return runSql(schema, operation)
  }
}

/** Nobody knows what SQL does before it was run: it counts as lossy, so that a backup is made. */
function runSql(schema: Schema, operation: Extract<Operation, { readonly type: "sql" }>): OperationEffect {
  const { up, down } = operation
  const operations: readonly Operation[] = down === null || down === "" ? [] : [{ type: "sql", up: down, down: up }]
  return {
    schema,
    line: describeOperation(operation),
    tables: [],
    dropped: [],
    sql: up,
    touches: null,
    isLossy: true,
    inverse:
      down === null
        ? { kind: "none", reason: 'The sql has no down: write one, or down: "" when nothing has to be undone.' }
        : { kind: "operations", operations },
  }
}
