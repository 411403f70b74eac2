import { plainField } from "../../../src/schema/plain-field.ts"
import type { Collection, Field, Index, Schema } from "../../../src/schema/schema.ts"

/** A field with the defaults of the language; what matters to a test is given. */
export function buildField(name: string, options: Partial<Field> = {}): Field {
  return { name, type: "string", ...plainField, ...options }
}

/** A collection with a generated id, and the given fields. */
export function buildCollection(name: string, fields: readonly Field[], indexes: readonly Index[] = []): Collection {
  const given = fields.find((field) => field.primary)
  const id = given ?? buildField("id", { type: "uuid", primary: true, default: { kind: "auto" } })
  const all = given === undefined ? [id, ...fields] : fields
  return {
    name,
    fields: new Map(all.map((field) => [field.name, field])),
    primaryKey: id,
    indexes,
    readInMemory: false,
    rules: { create: null, read: null, update: null, delete: null },
    at: null,
  }
}

/** A schema of the given collections; its hash is made of everything that reaches the tables. */
export function buildSchema(...collections: readonly Collection[]): Schema {
  return {
    collections: new Map(collections.map((collection) => [collection.name, collection])),
    relations: new Map(),
    hash: JSON.stringify(
      collections.map((collection) => [collection.name, [...collection.fields.values()], collection.indexes]),
    ),
  }
}
