import * as fc from "fast-check"
import { expect, test } from "vitest"

import { parseSchema } from "../../src/schema/parse.ts"
import { sourceExcerpt } from "../../src/lib/source-excerpt.ts"
import { arbitrarySchemaText } from "./arbitrary-schema.ts"
import { blogSchema } from "./example-schemas.ts"

/** Words of the language and characters of YAML, to be put where they do not belong. */
const fragment = fc.oneof(
  fc.constantFrom(
    ":",
    "-",
    "{",
    "}",
    "[",
    "]",
    "\n",
    "  ",
    "'",
    '"',
    "#",
    "&a",
    "*a",
    "!!binary",
    "|",
    ">",
    "?",
    "null",
    "~",
    "true",
    "[]",
    "{}",
    "1e999",
    ".nan",
    "collections:",
    "fields:",
    "type: int",
    "validate:",
    "enum:",
    "default:",
    "references:",
    "rules:",
    "__proto__:",
    "<<:",
  ),
  fc.string({ maxLength: 5 }),
)

/** Either has a schema or says why not; every problem is a sentence with a place that can be shown. */
function expectAnswer(text: string): void {
  const { schema, problems } = parseSchema(text, "schema.yaml")

  expect(schema === null).toBe(problems.length > 0)
  for (const problem of problems) {
    expect(problem.message).toMatch(/[.!?]$/s)
    expect(problem.at?.line).toBeLessThanOrEqual(text.split("\n").length + 1)
  }
  for (const { at } of problems) expect(sourceExcerpt(text, at!)).toBeTypeOf("string")
}

/** Cuts a piece out of a text and puts fragments there. */
function bend(text: string, start: number, length: number, fragments: readonly string[]): string {
  const from = Math.floor(start * text.length)
  return text.slice(0, from) + fragments.join("") + text.slice(from + length)
}

test("a schema that was bent anywhere is answered, never a crash", () => {
  const position = fc.double({ min: 0, max: 1, noNaN: true })
  fc.assert(
    fc.property(
      fc.oneof(fc.constant(blogSchema), arbitrarySchemaText()),
      fc.array(fc.tuple(position, fc.nat(12), fc.array(fragment, { maxLength: 3 })), { minLength: 1, maxLength: 4 }),
      (text, bends) => {
        expectAnswer(bends.reduce((bent, [start, length, fragments]) => bend(bent, start, length, fragments), text))
      },
    ),
    { numRuns: 300 },
  )
})

test("any JSON in the place of any part is answered, never a crash", () => {
  const anything = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom(null, 0, "", [], {}, [[]], [null], { a: null }),
  )
  const wrappers: readonly ((value: unknown) => unknown)[] = [
    (value) => value,
    (value) => ({ version: value }),
    (value) => ({ collections: value }),
    (value) => ({ collections: { a: value } }),
    (value) => ({ collections: { a: { fields: value } } }),
    (value) => ({
      collections: { a: { fields: { x: { type: "int" } }, indexes: value, rules: value, timestamps: value } },
    }),
    (value) => ({ collections: { a: { fields: { x: { type: value, validate: value, rules: value } } } } }),
    (value) => ({
      collections: { a: { fields: { x: { type: "string", enum: value, default: value, pattern: value } } } },
    }),
    (value) => ({ collections: { a: { fields: { x: { type: "json", schema: value, default: value } } } } }),
    (value) => ({ collections: { a: { fields: { x: { type: "json", items: value, primary: value } } } } }),
    (value) => ({ collections: { a: { fields: { x: { type: "uuid", references: value, onDelete: value } } } } }),
    (value) => ({
      collections: { a: { fields: { x: { type: "int" } }, indexes: [{ fields: value, order: value, name: value }] } },
    }),
  ]
  fc.assert(
    fc.property(fc.constantFrom(...wrappers), anything, (wrap, value) => expectAnswer(JSON.stringify(wrap(value)))),
    { numRuns: 1_000 },
  )
})
