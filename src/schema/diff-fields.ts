import { diffFieldOptions } from "./diff-options.ts"
import type { Collection, Field, FieldType } from "./schema.ts"
import type { ChangeJudgement, SchemaChange } from "./schema-change.ts"
import { safeChange, safeIf, unsafeChange } from "./schema-change.ts"

/** Lists the differences between the fields of two versions of a collection. */
export function diffFields(before: Collection, after: Collection): readonly SchemaChange[] {
  const changes: SchemaChange[] = []
  for (const field of after.fields.values()) {
    const old = before.fields.get(field.name)
    if (old === undefined) changes.push(addedField(after.name, field))
    else {
      if (old.type !== field.type && !field.primary) changes.push(changedType(after.name, old, field))
      changes.push(...diffFieldOptions(after.name, old, field))
    }
  }
  for (const field of before.fields.values()) {
    if (!after.fields.has(field.name)) changes.push(removedField(after.name, field))
  }
  return changes
}

function addedField(collection: string, field: Field): SchemaChange {
  return {
    kind: "add-field",
    collection,
    field: field.name,
    message: `+ ${collection}.${field.name} (${field.type})`,
    ...judgeAddedField(collection, field),
  }
}

/** Rows that are there already take the field's default, each its own for auto, the migration's time for now. */
function judgeAddedField(collection: string, field: Field): ChangeJudgement {
  const label = `${collection}.${field.name}`
  if (field.primary) return unsafeChange(`${label} would be a new primary key.`, "Change it with a migration.")
  if (field.default === null) {
    if (field.nullable) return safeChange
    const reason = `Documents of ${collection} have no value for ${label}, which is required and has no default.`
    return safeIf({ kind: "no-rows" }, reason, `Give ${label} a default, or make it nullable.`)
  }
  if (field.references !== null) {
    const reason = `Documents of ${collection} would all get the default of ${label}, which may reference nothing.`
    return safeIf({ kind: "no-rows" }, reason, `Make ${label} nullable without a default.`)
  }
  if (!field.unique || field.default.kind === "auto") return safeChange
  const reason = `All documents of ${collection} would get the same value in ${label}, which is unique.`
  return safeIf(
    { kind: "one-row-at-most" },
    reason,
    `Make ${label} nullable without a default, or give it default: auto.`,
  )
}

function removedField(collection: string, field: Field): SchemaChange {
  const label = `${collection}.${field.name}`
  return {
    kind: "remove-field",
    collection,
    field: field.name,
    message: `- ${label} (${field.type})`,
    ...unsafeChange(
      `Removing ${label} would delete its values in all documents.`,
      `Put ${label} back, or remove or rename it with a migration.`,
    ),
  }
}

function changedType(collection: string, old: Field, field: Field): SchemaChange {
  const label = `${collection}.${field.name}`
  const isWider = widerTypes[old.type]?.includes(field.type) === true
  const reason = `The values of ${label} are stored as ${old.type} and would have to be converted.`
  return {
    kind: "change-type",
    collection,
    field: field.name,
    message: `~ ${label} ${old.type} → ${field.type}`,
    ...(isWider
      ? safeChange
      : safeIf({ kind: "no-rows" }, reason, `Restore type: ${old.type}, or convert the values with a migration.`)),
  }
}

/** The types that hold every value of another one in the same column. */
const widerTypes: Partial<Record<FieldType, readonly FieldType[]>> = {
  uuid: ["string", "text"],
  string: ["text"],
  text: ["string"],
}
