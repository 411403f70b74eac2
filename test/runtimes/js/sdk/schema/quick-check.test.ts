import { Validator } from "@cfworker/json-schema"
import { describe, expect, test } from "vitest"

import { quickCheck } from "../../../../../runtimes/js/sdk/schema/quick-check.ts"

const schemas: Record<string, unknown>[] = [
  { type: "string", minLength: 2, maxLength: 3 },
  { type: ["string", "null"], pattern: "^a+$" },
  { type: "integer", minimum: 1, exclusiveMaximum: 10 },
  { type: "number", exclusiveMinimum: 0, maximum: 2.5 },
  { type: "array", items: { type: "boolean" }, minItems: 1, maxItems: 2 },
  { enum: ["a", 1, null, false] },
  { const: "a" },
  { type: "string", format: "uuid" },
  { type: "string", format: "email" },
  { format: "date-time" },
  { minimum: 5, minLength: 5, minItems: 5, required: ["a"] },
  {
    type: "object",
    properties: { a: { type: "string" }, b: { type: "object", properties: { c: { type: "integer" } } } },
    required: ["a"],
    additionalProperties: false,
  },
  { type: "object", properties: { toString: { type: "string" } }, required: ["constructor"] },
  { type: "object", additionalProperties: true },
  {},
]

const texts = [
  "",
  "a",
  "aa",
  "aaaa",
  "b",
  "\u{1f600}",
  "\u{1f600}\u{1f600}",
  "\ud800a",
  "2026-01-31T12:00:00Z",
  "a@b.co",
]
const uuid = "6f9619ff-8b86-d011-b42d-00c04fc964ff"
const others = [0, 1, 1.5, 2.5, 9, 10, 1e21, -1, true, false, null, [], [true], [true, 1], [true, false, true], [[]]]
const objects = [{}, { a: "a" }, { a: 1 }, { a: "a", b: {} }, { a: "a", b: { c: 1.5 } }, { a: "a", b: { c: 1 } }]
const odd: unknown[] = [
  { a: "a", d: 1 },
  { constructor: 1 },
  { toString: 1, constructor: 2 },
  { toString: "a", constructor: 2 },
]
const values: unknown[] = [...texts, uuid, ...others, ...objects, ...odd]

describe("The quick check of a schema", () => {
  test.each(schemas.map((schema) => [JSON.stringify(schema), schema] as const))("%s", (_name, schema) => {
    const check = quickCheck(schema)!
    const validator = new Validator(schema, "2020-12", false)
    const fitting = values.filter((value) => validator.validate(value).valid)

    // What depends on members that objects inherit is left to the validator.
    const quick = values.filter((value) => check(value))

    expect(fitting).toEqual(expect.arrayContaining(quick))
    expect(quick.length).toBeGreaterThan(0)
    expect(fitting.filter((value) => !quick.includes(value)).every((value) => typeof value === "object")).toBe(true)
  })

  test("is none where a word is not known, at any depth", () => {
    const unknown = { properties: { a: { items: { anyOf: [{}] } } } }

    expect(quickCheck(unknown)).toBeNull()
    expect(quickCheck({ type: "string", format: "of-ours" })).toBeNull()
    expect(quickCheck({ type: "text" })).toBeNull()
    expect(quickCheck({ enum: [{}] })).toBeNull()
    expect(quickCheck({ pattern: "(" })).toBeNull()
  })
})
