import * as fc from "fast-check"
import { describe, expect, test } from "vitest"

import { compileJsonSchema } from "../../src/schema/json-schema-compile.ts"
import { compileJsonSchemaJudge } from "../../src/schema/json-schema-judge.ts"
import type { JsonValue } from "../../src/schema/schema.ts"

const tooMuchWork = ["takes too much work to hold against its JSON Schema; make it smaller"]

function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index))
}

/** Schemas that use each keyword which the judge replaces or counts. */
const schemas: readonly JsonValue[] = [
  { uniqueItems: true },
  { uniqueItems: false },
  { type: "array", uniqueItems: true, items: { type: ["integer", "object", "array"] } },
  { patternProperties: { "^a": { type: "integer" } }, additionalProperties: { type: "string" } },
  { propertyNames: { pattern: "^[ab]" }, properties: { a: {}, b: { const: 1 } }, minProperties: 1 },
  {
    anyOf: [
      { type: "object", required: ["a"] },
      { type: "array", contains: { const: 1 }, minContains: 2 },
    ],
  },
  { oneOf: [{ type: "integer" }, { minimum: 1 }, { type: "object", unevaluatedProperties: false }] },
  // oxlint-disable-next-line unicorn/no-thenable -- It is the keyword of JSON Schema.
  { if: { type: "array" }, then: { items: { not: { type: "string" } } }, else: { maxProperties: 1 } },
  { allOf: [{ properties: { a: { type: "integer" } } }], unevaluatedProperties: false },
  { prefixItems: [{ type: "integer" }], items: { type: "integer" }, unevaluatedItems: false },
  { dependentSchemas: { a: { required: ["b"] } }, dependentRequired: { b: ["a"] } },
  { $schema: "http://json-schema.org/draft-07/schema#", dependencies: { a: ["b"], b: { minProperties: 2 } } },
]

const value = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<unknown>(0, -0, 1, 1.5, "", "a", "1", true, null),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom("a", "b", "ab", "c", "1"), tie("value"), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value

describe("compileJsonSchemaJudge", () => {
  test("agrees with plain Ajv about random values", () => {
    const pairs = schemas.map((schema) => [compileJsonSchemaJudge(schema), compileJsonSchema(schema)] as const)
    let refusedCount = 0
    fc.assert(
      fc.property(value, fc.nat(pairs.length - 1), (random, index) => {
        const [judge, plain] = pairs[index]!
        const faults = judge(random)
        if (faults.length > 0) refusedCount += 1
        expect({ index, random, fits: faults.length === 0 }).toEqual({ index, random, fits: plain(random) })
      }),
      { numRuns: 3_000 },
    )
    expect(refusedCount).toBeGreaterThan(300)
  })

  test("lists everything that is wrong with a small value, and the first of it with a large one", () => {
    const judge = compileJsonSchemaJudge({ type: "array", items: { type: "string" } })

    expect(judge([1, "a", 2])).toEqual(["at /0 must be string", "at /2 must be string"])
    expect(judge(times(200_000, () => 1))).toEqual(["at /0 must be string"])
  })

  test("finds the duplicate among items whose keys stand in another order", () => {
    const judge = compileJsonSchemaJudge({ uniqueItems: true })

    expect(judge([{ a: 1, b: [2] }, { b: [2], a: 2 }, "1", 1])).toEqual([])
    expect(judge([{ a: 1, b: [2] }, 0, { b: [2], a: 1 }])).toEqual(["must NOT have duplicate items"])
  })

  test.each<[string, JsonValue, unknown]>([
    ["unique integers", { uniqueItems: true }, times(250_000, (index) => index)],
    ["unique objects", { uniqueItems: true }, times(100_000, (a) => ({ a }))],
    ["integers", { items: { type: "integer" } }, times(900_000, () => 1)],
    [
      "objects",
      { items: { properties: { a: { type: "integer" } }, required: ["a"] } },
      times(200_000, () => ({ a: 1 })),
    ],
    ["tags", { items: { pattern: "^[a-z0-9]+(?:-[a-z0-9]+)*$" } }, times(20_000, () => "tag-of-ten")],
    ["a long text", { format: "url" }, `http://a?${":".repeat(1_900_000)}`],
    ["many keys", { propertyNames: { maxLength: 10 } }, Object.fromEntries(times(50_000, (index) => [`k${index}`, 1]))],
  ])("judges a body full of %s", (_, schema, large) => {
    expect(compileJsonSchemaJudge(schema)(large)).toEqual([])
  })

  /** Without the count each takes from seconds to hours. */
  test.each<[string, JsonValue, unknown]>([
    [
      "a choice of many shapes",
      { items: { anyOf: [...times(200, () => ({ type: "string" })), {}] } },
      times(900_000, () => 1),
    ],
    [
      "many passes over the items",
      { allOf: times(300, () => ({ items: { type: "integer" } })) },
      times(900_000, () => 1),
    ],
    ["many passes over a text", { allOf: times(300, () => ({ maxLength: 2_000_000 })) }, "x".repeat(1_900_000)],
    [
      "many patterns of names",
      { patternProperties: Object.fromEntries(times(200, (index) => [`^k${index}`, {}])) },
      Object.fromEntries(times(100_000, (index) => [`k${index}`, 1])),
    ],
    [
      "many passes over the keys",
      { dependentSchemas: Object.fromEntries(times(200, (index) => [`k${index}`, { maxProperties: 200_000 }])) },
      Object.fromEntries(times(100_000, (index) => [`k${index}`, 1])),
    ],
    ["an enum of objects", { items: { enum: times(300, (a) => ({ a })) } }, times(200_000, () => ({ a: 299 }))],
    [
      "a pattern with many states",
      { items: { pattern: "(a|b)*a(a|b){100}$" } },
      times(1_000, () => `${"ab".repeat(500)}a`),
    ],
    [
      "a pattern with many states, on one text",
      { pattern: "(a|b)*a(a|b){400}$" },
      times(100_000, (index) => (index % 3 === 0 ? "a" : "b")).join(""),
    ],
  ])("gives up on %s", (_, schema, large) => {
    expect(compileJsonSchemaJudge(schema)(large)).toEqual(tooMuchWork)
  })

  test("gives up on listing when the list would be long", () => {
    const judge = compileJsonSchemaJudge({ items: { required: times(1_000, (index) => `n${index}`) } })

    expect(judge(times(6_000, () => ({})))).toEqual(["at /0 must have required property 'n0'"])
  })

  test("counts each value from the beginning", () => {
    const judge = compileJsonSchemaJudge({ items: { type: "integer" } })
    const large = times(500_000, () => 1)

    expect([judge(large), judge(large), judge(large)]).toEqual([[], [], []])
  })
})
