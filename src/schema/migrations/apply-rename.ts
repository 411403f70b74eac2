import type { Collection, Field, Schema } from "../schema.ts"
import { describeOperation } from "./describe-operation.ts"
import type { Operation } from "./migration.ts"
import type { OperationEffect } from "./operation-effect.ts"
import { refuseOperation } from "./refused-operation.ts"
import {
  checkedSchema,
  generatedIndexName,
  hasGeneratedName,
  requireCollection,
  requireField,
  requireFreeName,
  withFields,
  withIndexes,
} from "./schema-edit.ts"
import { tableEffect } from "./table-effects.ts"

/** Renames a field: in its collection, in indexes, and where other fields reference it. */
export function renameField(
  schema: Schema,
  operation: Extract<Operation, { readonly type: "rename_field" }>,
): OperationEffect {
  const { from, to } = operation
  const collection = requireCollection(schema, operation.collection)
  requireField(collection, from)
  requireAnotherName(`${collection.name}.${from}`, from, to)
  const others = [...collection.fields.keys()].filter((name) => name !== from)
  requireFreeName("field", to, others, collection.name)
  const point = pointing({ collection: collection.name, field: from }, { collection: collection.name, field: to })
  return renamed(schema, {
    operation,
    main: collection,
    edit: (each) => {
      const fields = [...each.fields.values()].map(point)
      if (each !== collection) return withFields(each, fields)
      const own = fields.map((field) => (field.name === from ? Object.freeze({ ...field, name: to }) : field))
      return withIndexes(
        withFields(each, own),
        renamedIndexes(each, (name) => (name === from ? to : name)),
      )
    },
    sources: { [to]: { kind: "column", name: from } },
    touches: { collection: collection.name, field: from },
    inverse: { type: "rename_field", collection: collection.name, from: to, to: from },
  })
}

/** Renames a collection, also where other fields reference it. */
export function renameCollection(
  schema: Schema,
  operation: Extract<Operation, { readonly type: "rename_collection" }>,
): OperationEffect {
  const { from, to } = operation
  const collection = requireCollection(schema, from)
  requireAnotherName(from, from, to)
  const others = [...schema.collections.keys()].filter((name) => name !== from)
  requireFreeName("collection", to, others, "The schema")
  const point = pointing({ collection: from, field: null }, { collection: to, field: null })
  return renamed(schema, {
    operation,
    main: collection,
    edit: (each) => {
      const pointed = withFields(each, [...each.fields.values()].map(point))
      if (each !== collection) return pointed
      return withIndexes(
        { ...pointed, name: to },
        renamedIndexes(each, (name) => name, to),
      )
    },
    sources: {},
    touches: { collection: from, field: null },
    inverse: { type: "rename_collection", from: to, to: from },
  })
}

function requireAnotherName(label: string, from: string, to: string): void {
  if (from === to) throw refuseOperation("OPERATION_REFUSED", `${label} has this name already.`, "Write another one.")
}

interface Target {
  readonly collection: string
  /** Null stands for all. */
  readonly field: string | null
}

/** Makes the edit that turns references from one target to another; other fields come back as they are. */
function pointing(from: Target, to: Target): (field: Field) => Field {
  return (field) => {
    const { references } = field
    if (references?.collection !== from.collection) return field
    if (from.field !== null && references.field !== from.field) return field
    const moved = { ...references, collection: to.collection, field: to.field ?? references.field }
    return Object.freeze({ ...field, references: Object.freeze(moved) })
  }
}

function renamedIndexes(
  collection: Collection,
  rename: (field: string) => string,
  collectionName: string = collection.name,
): Collection["indexes"] {
  return collection.indexes.map((index) => {
    const fields = index.fields.map((field) => ({ ...field, name: rename(field.name) }))
    const name = hasGeneratedName(collection.name, index) ? generatedIndexName(collectionName, { fields }) : index.name
    return { ...index, name, fields }
  })
}

function renamed(
  schema: Schema,
  parts: Pick<OperationEffect, "touches"> & {
    readonly operation: Operation
    readonly main: Collection
    readonly edit: (collection: Collection) => Collection
    readonly sources: Parameters<typeof tableEffect>[2]
    readonly inverse: Operation
  },
): OperationEffect {
  const { main } = parts
  const pairs = [...schema.collections.values()].map((before) => ({ before, after: parts.edit(before) }))
  const changed = pairs.filter(({ before, after }) => before === main || pointsElsewhere(before, after))
  const tables = changed
    .toSorted((a, b) => Number(b.before === main) - Number(a.before === main))
    .map(({ before, after }) => tableEffect(before, after, before === main ? parts.sources : {}))
  return {
    schema: checkedSchema(pairs.map(({ after }) => after)),
    line: describeOperation(parts.operation),
    tables,
    dropped: [],
    sql: null,
    touches: parts.touches,
    isLossy: false,
    inverse: { kind: "operations", operations: [parts.inverse] },
  }
}

function pointsElsewhere(before: Collection, after: Collection): boolean {
  return [...after.fields.values()].some((field) => field.references !== before.fields.get(field.name)?.references)
}
