import { isDeepStrictEqual } from "node:util"

import type { Collection, Field, Schema } from "../schema.ts"
import type { SchemaChange } from "../schema-change.ts"
import { isLosslessConversion } from "./conversions.ts"
import { draftFill } from "./draft-fill.ts"
import type { DraftEntry } from "./draft-text.ts"
import { fieldDefinition } from "./field-definition.ts"
import type { Fill, Operation } from "./migration.ts"
import { constraintNames } from "./read-constraints.ts"

/** A step that a change asks for; `isReady` is false when a person has to complete it first. */
export interface DraftStep {
  readonly operation: Operation
  readonly comment: readonly string[]
  readonly isReady: boolean
}

/** The steps that make what a change cannot do by itself; several changes of one field may ask for the same one. */
export function stepOfChange(
  schemas: { readonly from: Schema; readonly to: Schema },
  change: SchemaChange,
): DraftStep | null {
  if (!("field" in change) || change.field === null) return null
  const before = schemas.from.collections.get(change.collection)
  const after = schemas.to.collections.get(change.collection)
  const field = after?.fields.get(change.field)
  if (before === undefined || after === undefined || field === undefined) return null
  const old = before.fields.get(change.field)
  if (change.kind === "add-field") return field.primary ? null : addStep(after, field)
  if (old === undefined) return null
  if (change.kind === "change-type") return typeStep(after.name, old, field)
  if (change.kind !== "change-option") return null
  if (change.option === "nullable") return nullableStep(after, field)
  const isConstraint = (constraintNames as readonly string[]).includes(change.option)
  return isConstraint && change.option !== "unique" ? constraintStep(after, old, field) : null
}

function addStep(collection: Collection, field: Field): DraftStep {
  const label = `${collection.name}.${field.name}`
  const fill = draftFill(collection, field)
  return {
    operation: {
      type: "add_field",
      collection: collection.name,
      field: field.name,
      definition: fieldDefinition(field),
      fill,
    },
    comment: [`Adds ${label}. ${fillAdvice(fill, "Documents that are there")}`],
    isReady: fill !== null,
  }
}

function nullableStep(collection: Collection, field: Field): DraftStep {
  const fill = draftFill(collection, field)
  return {
    operation: { type: "set_nullable", collection: collection.name, field: field.name, nullable: false, fill },
    comment: [`Makes ${collection.name}.${field.name} required. ${fillAdvice(fill, "Documents without a value")}`],
    isReady: fill !== null,
  }
}

function fillAdvice(fill: Fill | null, who: string): string {
  if (fill === null) return `${who} need one of their own: complete fill_sql, an SQL expression over the row.`
  const key = fill.kind === "sql" ? "fill_sql" : "fill"
  return `${who} take ${key} below, which is a guess: write what they should have.`
}

function typeStep(collection: string, old: Field, field: Field): DraftStep {
  const label = `${collection}.${field.name}`
  const loss = isLosslessConversion(old.type, field.type)
    ? "Nothing is lost."
    : "The values lose the form in which they were written."
  const advice =
    "To convert them in your own way add using (and down_using for the way back): SQL expressions over the row."
  return {
    operation: {
      type: "change_type",
      collection,
      field: field.name,
      to: field.type,
      using: null,
      downUsing: null,
    },
    comment: [
      `Changes ${label} from ${old.type} to ${field.type}. Values that cannot be converted are refused. ${loss} ${advice}`,
    ],
    isReady: true,
  }
}

/** All constraints that differ are set at once: one without the other could contradict itself. */
function constraintStep(collection: Collection, old: Field, field: Field): DraftStep {
  const label = `${collection.name}.${field.name}`
  const differing = constraintNames.filter((name) => name !== "unique" && !isDeepStrictEqual(old[name], field[name]))
  const set = Object.fromEntries(differing.map((name) => [name, field[name]]))
  const fill = field.unique || field.references !== null ? null : draftFill(collection, field)
  const advice =
    fill === null
      ? "Values that break it have to be mended: complete fill_sql, or change them before with sql."
      : "Values that break it are REPLACED by the fill below, which is a guess; remove it to be told of them instead."
  return {
    operation: { type: "set_constraints", collection: collection.name, field: field.name, set, fill },
    comment: [`Sets ${differing.join(", ")} of ${label}. ${advice}`],
    isReady: true,
  }
}

/** The step of a question that was answered with "rename". */
export function renameStep(from: string, to: string, collection?: string): DraftStep {
  const prefix = collection === undefined ? "" : `${collection}.`
  return {
    operation:
      collection === undefined
        ? { type: "rename_collection", from, to }
        : { type: "rename_field", collection, from, to },
    comment: [`Renames ${prefix}${from} to ${prefix}${to}; nothing is lost.`],
    isReady: true,
  }
}

/** The step that takes something away. */
export function dropStep(
  operation: Extract<Operation, { readonly type: "drop_field" | "drop_collection" }>,
): DraftStep {
  const comment =
    operation.type === "drop_field"
      ? `Drops ${operation.collection}.${operation.field}: its values in all documents are LOST (a backup is made before).`
      : `Drops ${operation.collection}: all its documents are LOST (a backup is made before).`
  return { operation, comment: [comment], isReady: true }
}

/** What a person has to do where no operation helps. */
export function noteOfChange(change: SchemaChange, because: string | null): DraftEntry {
  const advice = handAdvice(change)
  const comment = [
    `NOT DONE HERE: ${change.message}`,
    ...(change.reason === null ? [] : [change.reason]),
    ...(because === null ? [] : [because]),
    ...(advice === null ? [] : [advice]),
  ]
  return { kind: "note", comment, operations: [] }
}

function handAdvice(change: SchemaChange): string | null {
  if (change.kind === "change-primary-key" || change.kind === "add-field") {
    return "By hand: declare another collection with the new key, copy the documents with sql, then drop the old one."
  }
  if (change.kind === "add-index" || change.kind === "change-index") {
    return "By hand: make the values differ with sql (up: UPDATE ...); the index then follows from schema.yaml."
  }
  return change.kind === "change-option" ? optionAdvice(change.option) : null
}

function optionAdvice(option: string): string | null {
  if (option === "unique") return "By hand: make the values differ with sql; the rest follows from schema.yaml."
  if (option === "references") {
    return "By hand: add a new field with the reference, fill it with sql, then drop the old field and rename the new one."
  }
  if (option === "schema") return "By hand: add a new field with the schema, fill it with sql, then drop the old one."
  return null
}
