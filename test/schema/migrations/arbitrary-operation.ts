import * as fc from "fast-check"

import type { ConstraintChanges, Operation } from "../../../src/schema/migrations/migration.ts"
import type { Collection, Field, JsonValue, Schema } from "../../../src/schema/schema.ts"
import { fieldTypes } from "../../../src/schema/schema.ts"

/** Random operations on a schema: most can be done, some are refused. */
export function arbitraryOperation(schema: Schema): fc.Arbitrary<Operation> {
  const collections = [...schema.collections.values()]
  return fc.constantFrom(...collections).chain((collection) =>
    fc.oneof(
      fc.constant<Operation>({ type: "rename_collection", from: collection.name, to: `${collection.name}x` }),
      fc.constant<Operation>({ type: "drop_collection", collection: collection.name }),
      fc.constant<Operation>({ type: "sql", up: "SELECT 1", down: "SELECT 2" }),
      arbitraryAddition(collection),
      fc.constantFrom(...collection.fields.values()).chain((field) => arbitraryFieldOperation(collection, field)),
    ),
  )
}

function arbitraryAddition(collection: Collection): fc.Arbitrary<Operation> {
  const definitions = fc.constantFrom<JsonValue>(
    { type: "int" },
    { type: "string", default: { literal: "auto" }, index: true },
    { type: "uuid", default: "auto", unique: true },
    { type: "timestamp", onUpdate: "now" },
    { type: "json", schema: { type: "object" }, rules: { read: "true" } },
    {
      type: "uuid",
      nullable: true,
      references: `${collection.name}.${collection.primaryKey.name}`,
      onDelete: "set null",
    },
  )
  return definitions.map((definition): Operation => ({
    type: "add_field",
    collection: collection.name,
    field: "added",
    definition,
    fill: null,
  }))
}

function arbitraryFieldOperation(collection: Collection, { name }: Field): fc.Arbitrary<Operation> {
  const place = { collection: collection.name, field: name }
  return fc.oneof(
    fc.constant<Operation>({ type: "rename_field", collection: collection.name, from: name, to: `${name}_x` }),
    fc.constant<Operation>({ type: "drop_field", ...place }),
    fc.boolean().map((nullable): Operation => ({ type: "set_nullable", ...place, nullable, fill: null })),
    fc
      .record({
        to: fc.constantFrom(...fieldTypes),
        using: fc.option(fc.constant("1")),
        down: fc.option(fc.constant("2")),
      })
      .map(({ to, using, down }): Operation => ({ type: "change_type", ...place, to, using, downUsing: down })),
    fc
      .constantFrom<ConstraintChanges>(
        { maxLength: 3 },
        { minLength: 2, maxLength: 9 },
        { min: 1, max: 2 },
        { enum: ["a", "b"] },
        { enum: null, pattern: null },
        { unique: true },
        { format: "url" },
        { max: null, min: null },
      )
      .map((set): Operation => ({ type: "set_constraints", ...place, set, fill: null })),
  )
}
