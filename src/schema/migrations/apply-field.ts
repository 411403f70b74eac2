import { isDeepStrictEqual } from "node:util"

import { diffFieldOptions } from "../diff-options.ts"
import { compileFieldReader } from "../field-reader.ts"
import { fieldCountMax } from "../limits.ts"
import { ProblemList } from "../problem-list.ts"
import type { Collection, Field, Schema } from "../schema.ts"
import { replaced } from "./apply-drop.ts"
import { checkedField } from "./checked-field.ts"
import { describeOperation } from "./describe-operation.ts"
import { definitionNode, fieldDefinition, readFieldDefinition } from "./field-definition.ts"
import type { Fill, Operation } from "./migration.ts"
import type { FieldSource, OperationEffect } from "./operation-effect.ts"
import { refuseOperation, RefusedOperation } from "./refused-operation.ts"
import {
  checkedSchema,
  requireCollection,
  requireField,
  requireFreeName,
  withField,
  withFields,
} from "./schema-edit.ts"
import { tableEffect } from "./table-effects.ts"

/** Adds a field after the others. */
export function addField(
  schema: Schema,
  operation: Extract<Operation, { readonly type: "add_field" }>,
): OperationEffect {
  const { fill } = operation
  const before = requireCollection(schema, operation.collection)
  const present = before.fields.get(operation.field)
  const isThere = present !== undefined && sameField(present, requireDefinition(operation))
  if (isThere) return nothingToDo(schema, operation, before)
  requireFreeName("field", operation.field, before.fields.keys(), before.name)
  if (before.fields.size >= fieldCountMax) {
    throw refuseOperation("TOO_MANY", `${before.name} has ${before.fields.size} fields, and no more are allowed.`)
  }
  const field = requireDefinition(operation)
  if (field.primary) {
    const message = `${before.name}.${field.name} cannot be added as a primary key: every document would need another id.`
    throw refuseOperation("PRIMARY_KEY_INVALID", message, "Remove primary: true.")
  }
  requireFittingFill(before.name, field, fill)
  const after = withFields(before, [...before.fields.values(), field])
  return fieldEffect(schema, {
    operation,
    before,
    after,
    source: { kind: "new", fill },
    inverse: { kind: "operations", operations: [{ type: "drop_field", collection: before.name, field: field.name }] },
  })
}

/** The field of an operation's definition, read as schema.yaml would be. */
export function requireDefinition(operation: Extract<Operation, { readonly definition?: unknown }>): Field {
  const at = { file: "", line: 1, column: 1 }
  const problems = new ProblemList()
  const node = definitionNode(operation.definition ?? null, at)
  const field = readFieldDefinition({ ...operation, at, node }, problems)
  const [problem] = problems.sorted()
  if (field !== null && problem === undefined) return withoutPlaces(field)
  const { at: _, ...rest } = problem ?? { code: "OPTION_INVALID", message: "The definition is not a field." }
  throw new RefusedOperation(rest)
}

function sameField(a: Field, b: Field): boolean {
  return isDeepStrictEqual(fieldDefinition(a), fieldDefinition(b))
}

function withoutPlaces(field: Field): Field {
  const { read, write } = field.rules
  const rules = {
    read: read === null ? null : { ...read, at: null },
    write: write === null ? null : { ...write, at: null },
  }
  return Object.freeze({ ...field, rules, at: null })
}

/** Lets a field take null, or not any more. */
export function setNullable(
  schema: Schema,
  operation: Extract<Operation, { readonly type: "set_nullable" }>,
): OperationEffect {
  const { nullable, fill } = operation
  const before = requireCollection(schema, operation.collection)
  const old = requireField(before, operation.field)
  if (nullable && fill !== null) {
    const message = `${before.name}.${old.name} becomes nullable, so there is nothing to fill.`
    throw refuseOperation("OPERATION_REFUSED", message, "Remove the fill.")
  }
  if (old.nullable === nullable) return nothingToDo(schema, operation, before)
  const field = checkedField(before.name, { ...old, nullable })
  requireFittingFill(before.name, field, fill)
  const after = withField(before, old.name, field)
  const back: Operation = { type: "set_nullable", ...place(before, old), nullable: !nullable, fill: null }
  return fieldEffect(schema, {
    operation,
    before,
    after,
    source: nullable ? { kind: "column", name: old.name } : { kind: "filled", name: old.name, when: "null", fill },
    inverse: { kind: "operations", operations: [back] },
  })
}

/** Sets constraints of a field, or takes them away. A default that the new ones refuse goes. */
export function setConstraints(
  schema: Schema,
  operation: Extract<Operation, { readonly type: "set_constraints" }>,
): OperationEffect {
  const { set, fill } = operation
  const before = requireCollection(schema, operation.collection)
  const old = requireField(before, operation.field)
  const given = operation.definition === undefined ? checkedField(before.name, { ...old, ...set }) : null
  const field = given ?? requireDefinition(operation)
  const changes = diffFieldOptions(before.name, old, field)
  if (changes.length === 0) return nothingToDo(schema, operation, before)
  requireFittingFill(before.name, field, fill)
  const isStricter = changes.some((change) => change.safety !== "safe")
  const losesDefault = old.default !== null && field.default === null
  const back: Operation = {
    type: "set_constraints",
    ...place(before, old),
    set: Object.fromEntries(Object.keys(set).map((name) => [name, old[name as keyof typeof set]])),
    fill: null,
    ...(losesDefault && { definition: fieldDefinition(old) }),
  }
  return fieldEffect(schema, {
    operation,
    before,
    after: withField(before, old.name, field),
    source: isStricter ? { kind: "filled", name: old.name, when: "breaks", fill } : { kind: "column", name: old.name },
    inverse: { kind: "operations", operations: [back] },
    notes: losesDefault ? ["the default, which no longer fits, goes"] : [],
    isLossy: isStricter && fill !== null,
  })
}

/** What an operation on one field does, put together. */
export function fieldEffect(
  schema: Schema,
  parts: Pick<OperationEffect, "inverse"> & {
    readonly operation: Extract<Operation, { readonly field: string }>
    readonly before: Collection
    readonly after: Collection
    readonly source: FieldSource
    readonly notes?: readonly string[]
    readonly isLossy?: boolean
  },
): OperationEffect {
  const { operation, before, after, source, notes = [], isLossy = false } = parts
  return {
    schema: checkedSchema(replaced(schema, before, after)),
    line: [describeOperation(operation), ...notes].join("; "),
    tables: [tableEffect(before, after, { [operation.field]: source })],
    dropped: [],
    sql: null,
    touches: { collection: before.name, field: operation.field },
    isLossy,
    inverse: parts.inverse,
  }
}

/** The place of a field, as operations name it. */
export function place(collection: Collection, field: Field): { readonly collection: string; readonly field: string } {
  return { collection: collection.name, field: field.name }
}

/**
 * A step that finds everything as it would leave it. Where there were no documents yet schema.yaml was applied by
 * itself, before the file was written for databases that have some.
 */
export function nothingToDo(
  schema: Schema,
  operation: Extract<Operation, { readonly field: string }>,
  collection: Collection,
): OperationEffect {
  return {
    schema,
    line: `${describeOperation(operation)}; it is so already`,
    tables: [],
    dropped: [],
    sql: null,
    touches: { collection: collection.name, field: operation.field },
    isLossy: false,
    inverse: { kind: "operations", operations: [] },
  }
}

function requireFittingFill(collection: string, field: Field, fill: Fill | null): void {
  if (fill?.kind !== "value") return
  const result = compileFieldReader(field)(fill.value)
  if (!Array.isArray(result)) return
  const message = `The fill ${JSON.stringify(fill.value)} of ${collection}.${field.name} ${result[0].message}.`
  throw refuseOperation("FILL_INVALID", message, "Write a value that the field accepts, or an expression as fill_sql.")
}
