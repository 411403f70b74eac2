import * as fc from "fast-check"
import { describe, expect, test } from "vitest"

import { isAlyxError } from "../../src/errors.ts"
import { diffSchemas } from "../../src/schema/diff.ts"
import type { Schema } from "../../src/schema/schema.ts"
import { schemaFromJson } from "../../src/schema/schema-from-json.ts"
import { schemaToJson } from "../../src/schema/schema-json.ts"
import { arbitrarySchema, requireSchema } from "./arbitrary-schema.ts"
import { blogSchema, usersSchema } from "./example-schemas.ts"

/** A schema without the places of its parts. */
function withoutPlaces(schema: Schema): unknown {
  return JSON.parse(
    JSON.stringify(schema, (key, value: unknown) => (value instanceof Map ? [...value] : key === "at" ? null : value)),
  )
}

describe("schemaToJson and schemaFromJson", () => {
  test("every random schema comes back equal, by text, by value and by hash", () => {
    fc.assert(
      fc.property(arbitrarySchema(), (schema) => {
        const text = JSON.stringify(schemaToJson(schema))
        const back = schemaFromJson(JSON.parse(text))

        expect(JSON.stringify(schemaToJson(back))).toBe(text)
        expect(withoutPlaces(back)).toEqual(withoutPlaces(schema))
        expect(back.hash).toBe(schema.hash)
        expect(diffSchemas(schema, back)).toEqual([])
      }),
      { numRuns: 200 },
    )
  })

  test.each([blogSchema, usersSchema])("the examples come back equal", (text) => {
    const schema = requireSchema(text)

    const back = schemaFromJson(JSON.parse(JSON.stringify(schemaToJson(schema))))

    expect(withoutPlaces(back)).toEqual(withoutPlaces(schema))
  })

  test("a newer format says that a newer version is needed", () => {
    expect(() => schemaFromJson({ format: 2, collections: [] })).toThrow(
      expect.toSatisfy((error) => isAlyxError(error, "DATABASE_NEWER")),
    )
  })

  test.each([
    null,
    5,
    {},
    { format: 1 },
    { format: 1, collections: [{ name: "a", fields: [{ name: "x", type: "nope" }] }] },
  ])("what is no schema is refused: %j", (json) => {
    expect(() => schemaFromJson(json)).toThrow(expect.toSatisfy((error) => isAlyxError(error, "DATABASE_CORRUPT")))
  })
})
