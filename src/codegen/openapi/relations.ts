import type { Collection, Relation, Schema } from "../../schema/schema.ts"
import { isHidden } from "./access.ts"

/** The relations that `expand` may follow from a collection: none over a hidden field, which would tell its value. */
export function openRelations(schema: Schema, collection: Collection): readonly Relation[] {
  const relations = schema.relations.get(collection.name) ?? []
  return relations.filter(({ localField, foreignField, collection: target }) => {
    const local = collection.fields.get(localField)
    const foreign = schema.collections.get(target)?.fields.get(foreignField)
    return local !== undefined && !isHidden(local) && foreign !== undefined && !isHidden(foreign)
  })
}
