import { findRelations } from "./relations.ts"
import type { Collection, Schema } from "./schema.ts"
import { hashCollections } from "./schema-json.ts"

/** Puts checked collections together into the frozen value that everything else reads. */
export function makeSchema(collections: readonly Collection[]): Schema {
  return Object.freeze({
    collections: new Map(collections.map((collection) => [collection.name, collection])),
    relations: findRelations(collections),
    hash: hashCollections(collections),
  })
}
