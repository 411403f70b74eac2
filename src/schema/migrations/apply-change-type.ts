import type { FieldOptionName } from "../field-options.ts"
import { optionFitsType } from "../field-options.ts"
import { storedValue } from "../fields/field-types.ts"
import { plainField } from "../plain-field.ts"
import type { Collection, Field, FieldType, Schema } from "../schema.ts"
import { withoutInIndexes } from "./apply-drop.ts"
import { fieldEffect, nothingToDo, place, requireDefinition } from "./apply-field.ts"
import { checkedField } from "./checked-field.ts"
import { isLosslessConversion } from "./conversions.ts"
import { fieldDefinition } from "./field-definition.ts"
import type { Operation } from "./migration.ts"
import type { OperationEffect } from "./operation-effect.ts"
import { refuseOperation } from "./refused-operation.ts"
import { referencesTo, requireCollection, requireField, withField } from "./schema-edit.ts"

type ChangeType = Extract<Operation, { readonly type: "change_type" }>

/** Gives a field another type. Options that the new type cannot have go, and are named. */
export function changeType(schema: Schema, operation: ChangeType): OperationEffect {
  const { to, using } = operation
  const before = requireCollection(schema, operation.collection)
  const old = requireField(before, operation.field)
  if (old.type === to) return nothingToDo(schema, operation, before)
  requireChangeable(schema, before, old, to)
  const { collection, notes } = withIndexesFor(before, old, to)
  const field =
    operation.definition === undefined ? checkedField(before.name, withType(old, to)) : requireDefinition(operation)
  const gone = lostOptions(old, field)
  const goes = gone.length === 1 ? "goes" : "go"
  return fieldEffect(schema, {
    operation,
    before,
    after: withField(collection, old.name, field),
    source: { kind: "convert", name: old.name, from: old.type, to, using },
    inverse: collection === before ? inverseOf(before, old, operation) : lostIndexes(before, old),
    notes: [...(gone.length === 0 ? [] : [`${gone.join(", ")} ${goes}, not for ${to}`]), ...notes],
    isLossy: using !== null || !isLosslessConversion(old.type, to),
  })
}

function requireChangeable(schema: Schema, collection: Collection, field: Field, to: FieldType): void {
  const label = `${collection.name}.${field.name}`
  const instead = `Add a field of type ${to} with add_field, fill it with sql, then drop ${label} and rename the new one.`
  if (field.primary) {
    const message = `${label} is the primary key: every document would get another id, and what refers to it would break.`
    throw refuseOperation("OPERATION_REFUSED", message, "Make another collection and copy the documents with sql.")
  }
  if (field.references !== null) {
    const message = `${label} references ${field.references.collection}.${field.references.field}, so both must have one type.`
    throw refuseOperation("OPERATION_REFUSED", message, instead)
  }
  const pointing = referencesTo(schema, collection.name, field.name).map(([each, { name }]) => `${each.name}.${name}`)
  if (pointing.length === 0) return
  const message = `${label} is referenced by ${pointing.join(", ")}, so all must have one type.`
  throw refuseOperation("OPERATION_REFUSED", message, instead)
}

/** What no index can hold is taken out of those that are there. */
function withIndexesFor(collection: Collection, field: Field, to: FieldType): ReturnType<typeof withoutInIndexes> {
  const isIndexed = collection.indexes.some((index) => index.fields.some(({ name }) => name === field.name))
  const isIndexable = to !== "json" && to !== "blob"
  return isIndexed && !isIndexable ? withoutInIndexes(collection, field.name) : { collection, notes: [] }
}

/** The options that a field may carry into another type, as schema.yaml names them and as the field does. */
const carried: readonly (readonly [FieldOptionName, keyof typeof plainField])[] = [
  ["unique", "unique"],
  ["index", "index"],
  ["onUpdate", "updatedToNow"],
  ["minLength", "minLength"],
  ["maxLength", "maxLength"],
  ["min", "min"],
  ["max", "max"],
  ["format", "format"],
  ["pattern", "pattern"],
  ["enum", "enum"],
  ["schema", "jsonSchema"],
]

function withType(old: Field, to: FieldType): Field {
  const misfits = carried.filter(([option]) => !optionFitsType(option, to)).map(([, key]) => key)
  const reset = Object.fromEntries(misfits.map((key) => [key, plainField[key]]))
  const field: Field = { ...old, ...reset, type: to }
  const hasOddBound = (["min", "max"] as const).some((name) => !fits(field, field[name]))
  const hasOddValue = field.enum?.some((value) => !fits(field, value)) === true
  const whole = hasOddBound && to === "int" ? { min: null, max: null } : {}
  return { ...field, ...whole, ...(hasOddValue && { enum: null }) }
}

function fits(field: Field, value: unknown): boolean {
  return storedValue(field, value) !== undefined
}

/** The options that the change took away, as schema.yaml names them. */
function lostOptions(old: Field, field: Field): readonly string[] {
  const lost = carried
    .filter(([, key]) => old[key] !== plainField[key] && field[key] === plainField[key])
    .map(([option]): string => option)
  return old.default !== null && field.default === null ? [...lost, "default"] : lost
}

function lostIndexes(collection: Collection, field: Field): OperationEffect["inverse"] {
  const names = collection.indexes
    .filter((index) => index.fields.some(({ name }) => name === field.name))
    .map((index) => index.name)
  const reason = `The indexes that held ${collection.name}.${field.name} (${names.join(", ")}) would not come back with the type.`
  return { kind: "none", reason }
}

function inverseOf(collection: Collection, old: Field, operation: ChangeType): OperationEffect["inverse"] {
  const { to, using, downUsing } = operation
  const label = `${collection.name}.${old.name}`
  const comesBack = using === null && (isLosslessConversion(old.type, to) || isLosslessConversion(to, old.type))
  if (downUsing === null && !comesBack) {
    const reason = `Nothing says how the values of ${label} come back from ${to} to ${old.type}: write down_using, an SQL expression that makes the old value.`
    return { kind: "none", reason }
  }
  const definition = fieldDefinition(old)
  const back: Operation = {
    type: "change_type",
    ...place(collection, old),
    to: old.type,
    using: downUsing,
    downUsing: using,
    definition,
  }
  return { kind: "operations", operations: [back] }
}
