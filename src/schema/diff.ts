import { diffFields } from "./diff-fields.ts"
import { diffIndexes } from "./diff-indexes.ts"
import type { Collection, Schema } from "./schema.ts"
import { ruleOperations } from "./schema.ts"
import type { SchemaChange } from "./schema-change.ts"
import { safeChange, unsafeChange } from "./schema-change.ts"
import { sameRule } from "./schema-json.ts"

/**
 * Lists what leads from one schema to another, in the order of the new file: for each collection its fields, its
 * indexes, its rules; then the collections that are gone. Equal schemas give an empty list; a different order does too.
 */
export function diffSchemas(from: Schema, to: Schema): readonly SchemaChange[] {
  const changes: SchemaChange[] = []
  for (const collection of to.collections.values()) {
    const before = from.collections.get(collection.name)
    if (before === undefined) changes.push(addedCollection(collection))
    else changes.push(...diffCollections(before, collection))
  }
  for (const collection of from.collections.values()) {
    if (!to.collections.has(collection.name)) changes.push(removedCollection(collection))
  }
  return changes
}

function diffCollections(before: Collection, after: Collection): readonly SchemaChange[] {
  return [
    ...diffPrimaryKeys(before, after),
    ...diffFields(before, after),
    ...diffIndexes(before, after),
    ...diffRules(before, after),
    ...diffReadInMemory(before, after),
  ]
}

function addedCollection({ name, fields }: Collection): SchemaChange {
  const message = `+ ${name} (${fields.size === 1 ? "1 field" : `${fields.size} fields`})`
  return { kind: "add-collection", collection: name, message, ...safeChange }
}

function removedCollection({ name }: Collection): SchemaChange {
  return {
    kind: "remove-collection",
    collection: name,
    message: `- ${name}`,
    ...unsafeChange(
      `Removing ${name} would delete all its documents.`,
      `Put ${name} back, or remove or rename it with a migration.`,
    ),
  }
}

function diffPrimaryKeys(before: Collection, after: Collection): readonly SchemaChange[] {
  const old = before.primaryKey
  const { name, primaryKey } = { name: after.name, primaryKey: after.primaryKey }
  if (old.name === primaryKey.name && old.type === primaryKey.type) return []
  return [
    {
      kind: "change-primary-key",
      collection: name,
      message: `~ ${name} primary key ${old.name} (${old.type}) → ${primaryKey.name} (${primaryKey.type})`,
      ...unsafeChange(
        `Every document of ${name} would get another id, and what refers to it would break.`,
        `Restore ${name}.${old.name} as the primary key, or change it with a migration.`,
      ),
    },
  ]
}

function diffRules(before: Collection, after: Collection): readonly SchemaChange[] {
  const changed = ruleOperations.filter((operation) => !sameRule(before.rules[operation], after.rules[operation]))
  if (changed.length === 0) return []
  const message = `~ ${after.name} rules: ${changed.join(", ")}`
  return [{ kind: "change-rules", collection: after.name, field: null, message, ...safeChange }]
}

function diffReadInMemory(before: Collection, after: Collection): readonly SchemaChange[] {
  if (before.readInMemory === after.readInMemory) return []
  const message = `~ ${after.name} read_in_memory ${before.readInMemory} → ${after.readInMemory}`
  return [{ kind: "change-read-in-memory", collection: after.name, message, ...safeChange }]
}
