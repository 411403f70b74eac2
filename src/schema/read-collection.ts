import type { SourceLocation } from "../lib/source-location.ts"
import type { CollectionDraft, FieldDraft, IndexDraft } from "./drafts.ts"
import { plainField } from "./plain-field.ts"
import type { ProblemList } from "./problem-list.ts"
import { readField } from "./read-field.ts"
import type { Collection, Field } from "./schema.ts"

/** A collection whose fields are understood one by one, on its way to being checked against the others. */
export interface CollectionShape {
  readonly collection: Collection
  readonly at: SourceLocation
  readonly indexes: readonly IndexDraft[]
  /** Every field name of the file, also of fields that could not be understood, so that they are not called unknown. */
  readonly fieldNames: ReadonlySet<string>
  /** The fields as written, for the places of their options. */
  readonly drafts: ReadonlyMap<string, FieldDraft>
}

/** Understands the fields of one collection and adds the generated ones. */
export function readCollection(draft: CollectionDraft, problems: ProblemList): CollectionShape {
  const { name } = draft
  const fieldNames = new Set(draft.fields.map((field) => field.name))
  const written = draft.fields.map((field) => readField(name, field, problems)).filter((field) => field !== null)
  const primaryKey = findPrimaryKey(draft, written, problems)
  const generatedId = written.includes(primaryKey) || fieldNames.has(primaryKey.name) ? [] : [primaryKey]
  const fields = [...generatedId, ...written, ...generatedTimestamps(draft.timestamps, fieldNames)]
  const collection: Collection = Object.freeze({
    name,
    fields: new Map(fields.map((field) => [field.name, field])),
    primaryKey,
    indexes: draft.indexes.map(({ name: indexName, fields: indexFields, unique, at }) =>
      Object.freeze({ name: indexName, fields: indexFields, unique, at }),
    ),
    rules: draft.rules,
    readInMemory: draft.readInMemory,
    at: draft.at,
  })
  const drafts = new Map(draft.fields.map((field) => [field.name, field]))
  return {
    collection,
    at: draft.at,
    indexes: draft.indexes,
    fieldNames: new Set([...fieldNames, ...collection.fields.keys()]),
    drafts,
  }
}

function findPrimaryKey(draft: CollectionDraft, fields: readonly Field[], problems: ProblemList): Field {
  const [primaryKey, ...more] = fields.filter((field) => field.primary)
  for (const field of more) {
    const message = `${draft.name} has two primary keys: ${primaryKey?.name} and ${field.name}.`
    problems.add(
      "PRIMARY_KEY_INVALID",
      field.at,
      message,
      "Keep primary: true on one; unique: true may hold for others.",
    )
  }
  if (primaryKey !== undefined) return primaryKey
  const taken = draft.fields.find((field) => field.name.toLowerCase() === "id")
  if (taken !== undefined && !taken.options.has("primary")) {
    const message = `${draft.name} has a field ${taken.name} and no primary key, which would be generated under this name.`
    problems.add("PRIMARY_KEY_INVALID", taken.at, message, `Add primary: true to ${taken.name}, or rename it.`)
  }
  return generatedField({ name: "id", type: "uuid", primary: true, default: { kind: "auto" } })
}

/** Neither declared: both are added. `timestamps: true` adds whichever is missing, `false` none. */
function generatedTimestamps(wanted: boolean | null, names: ReadonlySet<string>): readonly Field[] {
  if (wanted === false) return []
  const lower = new Set([...names].map((name) => name.toLowerCase()))
  if (wanted === null && (lower.has("created_at") || lower.has("updated_at"))) return []
  const createdAt = generatedField({ name: "created_at", type: "timestamp", default: { kind: "now" } })
  const updatedAt = { ...createdAt, name: "updated_at", updatedToNow: true }
  return [createdAt, Object.freeze(updatedAt)].filter((field) => !lower.has(field.name))
}

function generatedField(parts: Pick<Field, "name" | "type" | "default"> & Partial<Field>): Field {
  return Object.freeze({ ...plainField, ...parts })
}
