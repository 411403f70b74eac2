import type { Collection, Index, Schema } from "../schema.ts"
import { describeOperation } from "./describe-operation.ts"
import type { Operation } from "./migration.ts"
import type { OperationEffect } from "./operation-effect.ts"
import { refuseOperation } from "./refused-operation.ts"
import {
  checkedSchema,
  generatedIndexName,
  hasGeneratedName,
  referencesTo,
  requireCollection,
  requireField,
  withFields,
  withIndexes,
} from "./schema-edit.ts"
import { tableEffect } from "./table-effects.ts"

/** Takes a field out of its collection and of the indexes there. */
export function dropField(
  schema: Schema,
  operation: Extract<Operation, { readonly type: "drop_field" }>,
): OperationEffect {
  const before = requireCollection(schema, operation.collection)
  const field = requireField(before, operation.field)
  const label = `${before.name}.${field.name}`
  if (field.primary) {
    const next = `Drop ${before.name} and make another collection, or leave ${label} where it is.`
    throw refuseOperation("OPERATION_REFUSED", `${label} is the primary key, which cannot be dropped.`, next)
  }
  const pointing = referencesTo(schema, before.name, field.name).map(([each, { name }]) => `${each.name}.${name}`)
  if (pointing.length > 0) {
    const next = `Drop ${pointing.join(" and ")} before, or take references: ${label} away in schema.yaml and apply that first.`
    throw refuseOperation("OPERATION_REFUSED", `${label} is referenced by ${pointing.join(", ")}.`, next)
  }
  const { collection, notes } = withoutInIndexes(before, field.name)
  const after = withFields(
    collection,
    [...before.fields.values()].filter((each) => each !== field),
  )
  return {
    schema: checkedSchema(replaced(schema, before, after)),
    line: [describeOperation(operation), ...notes].join("; "),
    tables: [tableEffect(before, after)],
    dropped: [],
    sql: null,
    touches: { collection: before.name, field: field.name },
    isLossy: true,
    inverse: { kind: "none", reason: `The values of ${label} are gone; the backup made before has them.` },
  }
}

/** Drops a collection with its documents. */
export function dropCollection(
  schema: Schema,
  operation: Extract<Operation, { readonly type: "drop_collection" }>,
): OperationEffect {
  const collection = requireCollection(schema, operation.collection)
  const { name } = collection
  const pointing = referencesTo(schema, name, null)
    .filter(([each]) => each !== collection)
    .map(([each, field]) => `${each.name}.${field.name}`)
  if (pointing.length > 0) {
    const next = `Drop ${pointing.join(" and ")} before, or take the references away in schema.yaml and apply that first.`
    throw refuseOperation("OPERATION_REFUSED", `${name} is referenced by ${pointing.join(", ")}.`, next)
  }
  return {
    schema: checkedSchema([...schema.collections.values()].filter((each) => each !== collection)),
    line: describeOperation(operation),
    tables: [],
    dropped: [name],
    sql: null,
    touches: { collection: name, field: null },
    isLossy: true,
    inverse: { kind: "none", reason: `The documents of ${name} are gone; the backup made before has them.` },
  }
}

/** All collections, with one replaced. */
export function replaced(schema: Schema, before: Collection, after: Collection): readonly Collection[] {
  return [...schema.collections.values()].map((each) => (each === before ? after : each))
}

/**
 * Takes a field out of the indexes of its collection, and says which indexes go with it: those that are left empty,
 * those that another one makes needless, and unique ones, which would promise something else without it.
 */
export function withoutInIndexes(
  collection: Collection,
  field: string,
): { readonly collection: Collection; readonly notes: readonly string[] } {
  const kept: Index[] = []
  const gone: string[] = []
  const names = new Set(collection.indexes.map((index) => index.name))
  for (const name of ownIndexNames(collection)) names.add(name)
  for (const index of collection.indexes) {
    if (index.fields.every(({ name }) => name !== field)) {
      kept.push(index)
      continue
    }
    const fields = index.fields.filter(({ name }) => name !== field)
    const isGenerated = hasGeneratedName(collection.name, index)
    const name = isGenerated ? generatedIndexName(collection.name, { fields }) : index.name
    const isTaken = isGenerated && names.has(name)
    if (fields.length === 0 || index.unique || isTaken) gone.push(indexNote(index))
    else {
      names.add(name)
      kept.push({ ...index, name, fields })
    }
  }
  return { collection: withIndexes(collection, kept), notes: gone }
}

function ownIndexNames(collection: Collection): readonly string[] {
  return [...collection.fields.values()]
    .filter((field) => field.index && !field.unique && !field.primary)
    .map((field) => generatedIndexName(collection.name, { fields: [{ name: field.name, order: "asc" }] }))
}

function indexNote(index: Index): string {
  const fields = index.fields.map(({ name }) => name).join(", ")
  return `the ${index.unique ? "unique " : ""}index ${index.name} (${fields}) goes with it`
}
