import type { ProblemList } from "./problem-list.ts"
import type { CollectionShape } from "./read-collection.ts"
import { findRelations } from "./relations.ts"
import type { Relation } from "./schema.ts"

/** Checks that in an expanded answer no two things of a collection have one name. */
export function checkRelationNames(shapes: readonly CollectionShape[], problems: ProblemList): void {
  const relations = findRelations(shapes.map((shape) => shape.collection))
  for (const shape of shapes) {
    const firstByName = new Map<string, Relation>()
    for (const relation of relations.get(shape.collection.name) ?? []) {
      checkAgainstFields(shape, relation, problems)
      const first = firstByName.get(relation.name)
      if (first === undefined) firstByName.set(relation.name, relation)
      else reportTwins(shape, first, relation, problems)
    }
  }
}

function checkAgainstFields(shape: CollectionShape, relation: Relation, problems: ProblemList): void {
  const field = shape.collection.fields.get(relation.name)
  // A reference that is named without _id is itself a relation of this name: expanded in its place, or a twin.
  if (field === undefined || field.references !== null) return
  const collection = shape.collection.name
  const origin =
    relation.kind === "forward"
      ? `${collection}.${relation.localField} is expanded as`
      : `${relation.collection}.${relation.foreignField} lets ${collection} be expanded with`
  const message = `The field ${collection}.${field.name} is named like a relation: ${origin} "${relation.name}".`
  problems.add("RELATION_NAME", field.at ?? shape.at, message, "Rename the field.")
}

function reportTwins(shape: CollectionShape, first: Relation, second: Relation, problems: ProblemList): void {
  const { name, fields } = shape.collection
  const at = fields.get(second.localField)?.at ?? shape.at
  const message = `${name}.${first.localField} and ${name}.${second.localField} are both expanded as "${first.name}".`
  problems.add("RELATION_NAME", at, message, "Rename one of them.")
}
