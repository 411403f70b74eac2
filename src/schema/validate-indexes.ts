import type { SourceLocation } from "../lib/source-location.ts"
import type { IndexDraft } from "./drafts.ts"
import { fieldIndexName } from "./names.ts"
import type { ProblemList } from "./problem-list.ts"
import { didYouMean } from "./problem-list.ts"
import type { CollectionShape } from "./read-collection.ts"

/** Checks the fields of every index, and that names do not collide: tables and indexes share one namespace. */
export function checkIndexes(shapes: readonly CollectionShape[], problems: ProblemList): void {
  const taken = new Map<string, string>()
  for (const { collection } of shapes) taken.set(collection.name.toLowerCase(), `the collection ${collection.name}`)
  const take = (name: string, owner: string, at: SourceLocation | null, next: string): void => {
    const other = taken.get(name.toLowerCase())
    if (other === undefined) taken.set(name.toLowerCase(), owner)
    else problems.add("NAME_TAKEN", at, `The index name ${name} of ${owner} is taken by ${other}.`, next)
  }
  for (const shape of shapes) {
    const { collection } = shape
    for (const field of collection.fields.values()) {
      if (field.primary || !(field.unique || field.index)) continue
      const label = `the field ${collection.name}.${field.name}`
      take(fieldIndexName(collection.name, field), label, field.at, "Declare it under indexes, with a name of its own.")
    }
    for (const index of shape.indexes) {
      checkIndexFields(shape, index, problems)
      take(index.name, `an index of ${collection.name}`, index.at, "Give it another name, or remove it.")
    }
  }
}

function checkIndexFields(shape: CollectionShape, index: IndexDraft, problems: ProblemList): void {
  const { name, fields } = shape.collection
  const seen = new Set<string>()
  for (const [position, { name: fieldName }] of index.fields.entries()) {
    const at = index.fieldPlaces[position] ?? index.at
    const field = fields.get(fieldName)
    if (field === undefined && !shape.fieldNames.has(fieldName)) {
      const next = (): string => didYouMean(fieldName, [...shape.fieldNames], "Fields")
      const message = `The index ${index.name} names ${name}.${fieldName}, which does not exist.`
      problems.add("INDEX_FIELD_UNKNOWN", at, message, next)
    } else if (seen.has(fieldName)) {
      problems.add("INDEX_INVALID", at, `The index ${index.name} names ${name}.${fieldName} twice.`)
    } else if (field?.type === "json" || (field?.type === "blob" && !index.unique)) {
      const message = `The index ${index.name} names ${name}.${fieldName}, whose type ${field.type} cannot be indexed.`
      problems.add("INDEX_INVALID", at, message)
    }
    seen.add(fieldName)
  }
}
