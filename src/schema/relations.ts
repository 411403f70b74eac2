import type { Collection, Field, Relation } from "./schema.ts"

/** Works out what `expand` may follow from every collection: forward ones first, in the order of the fields. */
export function findRelations(collections: readonly Collection[]): ReadonlyMap<string, readonly Relation[]> {
  const names = new Set(collections.map((collection) => collection.name))
  const relations = new Map<string, Relation[]>(collections.map((collection) => [collection.name, []]))
  for (const collection of collections) {
    for (const field of collection.fields.values()) {
      if (field.references === null || !names.has(field.references.collection)) continue
      relations.get(collection.name)!.push(forwardRelation(field, field.references))
    }
  }
  for (const [name, found] of relations) found.push(...backRelations(name, collections, found))
  return relations
}

/** The name of a forward relation: the field's without `_id`; a primary key called `id` takes the collection's. */
export function forwardName(field: Pick<Field, "name" | "primary">, target: string): string {
  if (field.name.endsWith("_id") && field.name.length > 3) return field.name.slice(0, -3)
  return field.primary ? target : field.name
}

function forwardRelation(field: Field, reference: NonNullable<Field["references"]>): Relation {
  const name = forwardName(field, reference.collection)
  return Object.freeze({
    kind: "forward",
    name,
    aliases: name === field.name ? [] : [field.name],
    collection: reference.collection,
    localField: field.name,
    foreignField: reference.field,
  })
}

/** Fields of any collection that reference this one; the plain name is given up where it would mean two things. */
function backRelations(target: string, collections: readonly Collection[], forward: readonly Relation[]): Relation[] {
  const forwardNames = new Set(forward.flatMap((relation) => [relation.name, ...relation.aliases]))
  return collections.flatMap((collection) => {
    const fields = [...collection.fields.values()].filter((field) => field.references?.collection === target)
    const ambiguous = fields.length > 1 || forwardNames.has(collection.name)
    return fields.map((field): Relation => {
      const qualified = `${collection.name}(${field.name})`
      return Object.freeze({
        kind: "back",
        name: ambiguous ? qualified : collection.name,
        aliases: ambiguous ? [] : [qualified],
        collection: collection.name,
        localField: field.references!.field,
        foreignField: field.name,
      })
    })
  })
}
