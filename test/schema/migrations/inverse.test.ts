import * as fc from "fast-check"
import { expect, test } from "vitest"

import { applyOperation } from "../../../src/schema/migrations/apply-operation.ts"
import { operationToJson } from "../../../src/schema/migrations/operation-json.ts"
import type { Schema } from "../../../src/schema/schema.ts"
import { schemaFromJson } from "../../../src/schema/schema-from-json.ts"
import { schemaToJson } from "../../../src/schema/schema-json.ts"
import { scaled, testSeed } from "../../helpers/scale.ts"
import { arbitrarySchema } from "../arbitrary-schema.ts"
import { arbitraryOperation } from "./arbitrary-operation.ts"

/** As the database keeps it: without places. */
function stored(schema: Schema): Schema {
  return schemaFromJson(JSON.parse(JSON.stringify(schemaToJson(schema))))
}

test("an operation and then its inverse leave the schema as it was", () => {
  const seed = testSeed()
  const done = new Map<string, number>()
  fc.assert(
    fc.property(
      arbitrarySchema().chain((schema) => fc.tuple(fc.constant(schema), arbitraryOperation(schema))),
      ([written, operation]) => {
        const schema = stored(written)
        const applied = applyOperation(schema, operation)
        if (!applied.ok) {
          expect(applied.problem.message).toMatch(/\.$/)
          return
        }
        const { effect } = applied
        expect(schemaFromJson(schemaToJson(effect.schema)).hash).toBe(effect.schema.hash)
        for (const { to, sources } of effect.tables) {
          expect([...sources.keys()]).toEqual([...(effect.schema.collections.get(to)?.fields.keys() ?? [])])
        }
        if (effect.inverse.kind === "none") return
        const back = effect.inverse.operations
          .map((each) => JSON.parse(JSON.stringify(operationToJson(each))) as typeof each)
          .reduce((state, each) => {
            const undone = applyOperation(state, each)
            if (!undone.ok) throw new Error(undone.problem.message)
            return undone.effect.schema
          }, effect.schema)
        expect(back.hash).toBe(schema.hash)
        done.set(operation.type, (done.get(operation.type) ?? 0) + 1)
      },
    ),
    { numRuns: scaled(10_000, 400), seed },
  )

  // Every operation that can have an inverse was undone more than once.
  expect([...done.keys()].toSorted()).toEqual([
    "add_field",
    "change_type",
    "rename_collection",
    "rename_field",
    "set_constraints",
    "set_nullable",
    "sql",
  ])
})
