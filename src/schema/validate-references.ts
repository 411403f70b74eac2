import type { ProblemList } from "./problem-list.ts"
import { didYouMean } from "./problem-list.ts"
import type { CollectionShape } from "./read-collection.ts"
import type { Field, FieldType, Reference } from "./schema.ts"

/** Checks that every reference leads to a field that exists, is unique, and has the same type. */
export function checkReferences(shapes: readonly CollectionShape[], problems: ProblemList): void {
  const shapeByName = new Map(shapes.map((shape) => [shape.collection.name, shape]))
  for (const shape of shapes) {
    for (const field of shape.collection.fields.values()) {
      if (field.references !== null) checkReference(shape, field, field.references, shapeByName, problems)
    }
  }
}

function checkReference(
  shape: CollectionShape,
  field: Field,
  reference: Reference,
  shapeByName: ReadonlyMap<string, CollectionShape>,
  problems: ProblemList,
): void {
  const at = shape.drafts.get(field.name)?.options.get("references")?.value.at ?? field.at
  const label = `Field ${shape.collection.name}.${field.name}`
  const targetShape = shapeByName.get(reference.collection)
  if (targetShape === undefined) {
    const next = (): string => didYouMean(reference.collection, [...shapeByName.keys()], "Collections")
    problems.add(
      "REFERENCE_UNKNOWN",
      at,
      `${label} references the collection ${reference.collection}, which does not exist.`,
      next,
    )
    return
  }
  const target = targetShape.collection.fields.get(reference.field)
  const targetLabel = `${reference.collection}.${reference.field}`
  if (target === undefined) {
    if (targetShape.fieldNames.has(reference.field)) return
    const next = (): string => didYouMean(reference.field, [...targetShape.fieldNames], "Fields")
    problems.add("REFERENCE_UNKNOWN", at, `${label} references ${targetLabel}, which does not exist.`, next)
    return
  }
  if (!target.primary && !target.unique) {
    const next = `Reference ${reference.collection}.${targetShape.collection.primaryKey.name}, or make ${targetLabel} unique.`
    problems.add(
      "REFERENCE_NOT_UNIQUE",
      at,
      `${label} references ${targetLabel}, which is neither primary nor unique.`,
      next,
    )
    return
  }
  if (storedAlike(field.type) === storedAlike(target.type)) return
  const next = `Make ${shape.collection.name}.${field.name} a ${target.type}.`
  problems.add(
    "REFERENCE_TYPE",
    at,
    `${label} is a ${field.type} but references ${targetLabel}, a ${target.type}.`,
    next,
  )
}

/** string and text differ only in what people use them for. */
function storedAlike(type: FieldType): FieldType {
  return type === "text" ? "string" : type
}
