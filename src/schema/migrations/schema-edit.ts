import { makeSchema } from "../make-schema.ts"
import { checkName, indexName } from "../names.ts"
import { nameLengthMax } from "../limits.ts"
import { didYouMean, ProblemList } from "../problem-list.ts"
import type { CollectionShape } from "../read-collection.ts"
import type { Collection, Field, Index, Schema } from "../schema.ts"
import { checkCycles } from "../validate-cycles.ts"
import { checkIndexes } from "../validate-indexes.ts"
import { checkReferences } from "../validate-references.ts"
import { checkRelationNames } from "../validate-relations.ts"
import { refuseOperation, RefusedOperation } from "./refused-operation.ts"

/** The collection that an operation names; refuses when there is none. */
export function requireCollection(schema: Schema, name: string): Collection {
  const collection = schema.collections.get(name)
  if (collection !== undefined) return collection
  const next = didYouMean(name, [...schema.collections.keys()], "Collections at this step")
  throw refuseOperation("COLLECTION_UNKNOWN", `At this step there is no collection ${JSON.stringify(name)}.`, next)
}

/** The field that an operation names; refuses when there is none. */
export function requireField(collection: Collection, name: string): Field {
  const field = collection.fields.get(name)
  if (field !== undefined) return field
  const next = didYouMean(name, [...collection.fields.keys()], "Fields at this step")
  throw refuseOperation("FIELD_UNKNOWN", `At this step ${collection.name} has no field ${JSON.stringify(name)}.`, next)
}

/** Refuses a new name that is invalid, or taken by another one; SQLite does not tell upper from lower case. */
export function requireFreeName(
  kind: "collection" | "field",
  name: string,
  others: Iterable<string>,
  owner: string,
): void {
  const problems = new ProblemList()
  if (!checkName(kind, name, null, problems)) throw new RefusedOperation(problems.sorted()[0]!)
  const taken = [...others].find((other) => other.toLowerCase() === name.toLowerCase())
  if (taken === undefined) return
  const message = `${owner} already has a ${kind} ${taken}, so no other can be called ${name}.`
  throw refuseOperation("NAME_TAKEN", message, `Rename or drop ${taken} before this step, or choose another name.`)
}

/** A collection with other fields. */
export function withFields(collection: Collection, fields: readonly Field[]): Collection {
  const primaryKey = fields.find((field) => field.primary)!
  return Object.freeze({ ...collection, fields: new Map(fields.map((field) => [field.name, field])), primaryKey })
}

/** A collection with one field replaced, in its place. */
export function withField(collection: Collection, name: string, field: Field): Collection {
  return withFields(
    collection,
    [...collection.fields.values()].map((each) => (each.name === name ? Object.freeze(field) : each)),
  )
}

/** A collection with other indexes; names that were made of names are made anew, those that a person gave stay. */
export function withIndexes(collection: Collection, indexes: readonly Index[]): Collection {
  return Object.freeze({ ...collection, indexes: indexes.map((index) => Object.freeze(index)) })
}

/** The name that parseSchema gives an index without one. */
export function generatedIndexName(collection: string, index: Pick<Index, "fields">): string {
  const names = index.fields.map((field) => field.name)
  return indexName(collection, names).slice(0, 2 * nameLengthMax)
}

/** Tells whether nobody chose the name of an index. */
export function hasGeneratedName(collection: string, index: Index): boolean {
  return index.name === generatedIndexName(collection, index)
}

/** The fields of other collections, and of this one, that reference a collection, or one field of it. */
export function referencesTo(schema: Schema, target: string, field: string | null): readonly [Collection, Field][] {
  return [...schema.collections.values()].flatMap((collection) =>
    [...collection.fields.values()]
      .filter(({ references }) => references?.collection === target && (field ?? references.field) === references.field)
      .map((each): [Collection, Field] => [collection, each]),
  )
}

/** Puts edited collections together, and refuses what parseSchema would not accept. */
export function checkedSchema(collections: readonly Collection[]): Schema {
  const problems = new ProblemList()
  const shapes = collections.map(shapeOf)
  checkReferences(shapes, problems)
  checkCycles(shapes, problems)
  checkIndexes(shapes, problems)
  checkRelationNames(shapes, problems)
  const [problem] = problems.sorted()
  if (problem === undefined) return makeSchema(collections)
  const { at: _, ...rest } = problem
  throw new RefusedOperation({ ...rest, message: `After this step: ${problem.message}` })
}

/** The collection as the checks of schema.yaml see it. Its places are those of another file: they are not passed on. */
export function shapeOf(collection: Collection): CollectionShape {
  const at = { file: "", line: 1, column: 1 }
  return {
    collection,
    at,
    indexes: collection.indexes.map((index) => ({ ...index, at, fieldPlaces: index.fields.map(() => at) })),
    fieldNames: new Set(collection.fields.keys()),
    drafts: new Map(),
  }
}
