import * as fc from "fast-check"
import { describe, expect, test } from "vitest"

import { compileDocumentValidator } from "../../src/schema/document.ts"
import { toUtc } from "../../src/schema/fields/timestamp.ts"
import { isUuid } from "../../src/schema/fields/uuid.ts"
import { documentJsonSchema } from "../../src/schema/json-schema.ts"
import { compileJsonSchema } from "../../src/schema/json-schema-compile.ts"
import { stringFormatRules } from "../../src/schema/string-formats.ts"
import { arbitraryChange, arbitraryDocument, arbitrarySchema, requireSchema } from "./arbitrary-schema.ts"
import { blogSchema } from "./example-schemas.ts"

/** JSON Schema leaves formats to who validates; these are the ones of the language. */
const formats = {
  uuid: isUuid,
  "date-time": (text: string) => toUtc(text) !== undefined,
  email: stringFormatRules.email.test,
  uri: stringFormatRules.url.test,
}

/** Values that fit hardly any field, or only just. */
const oddValue = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    -1,
    1.5,
    2 ** 53,
    1e300,
    "",
    "a",
    "2026-02-30T00:00:00Z",
    "2026-01-31T12:00:00Z",
    [],
    {},
    [1],
    { a: 1 },
    "AAEC",
    "AAE=",
    "AAF=",
  ),
  fc.string({ maxLength: 30 }),
  fc.uuid(),
)

/** What the JSON Schema does not say: text that SQLite and JSON cannot both hold. */
function isBeyondJsonSchema(body: unknown): boolean {
  return /\\u0000|\\ud[89a-f]/.test(JSON.stringify(body))
}

/** A collection, a use, and bodies that fit or are bent in one or two places. */
const arbitraryCase = fc
  .tuple(arbitrarySchema(), fc.constantFrom("create" as const, "update" as const))
  .chain(([schema, use]) => {
    const [collection] = schema.collections.values()
    const names = [...collection!.fields.keys(), "unknown", "toString"]
    const bent = fc.record({
      body: use === "create" ? arbitraryDocument(collection!) : arbitraryChange(collection!),
      bends: fc.array(fc.tuple(fc.constantFrom(...names), oddValue), { maxLength: 2 }),
      removed: fc.option(fc.constantFrom(...names), { freq: 3 }),
    })
    const bodies = bent.map(({ body, bends, removed }) => {
      const kept = Object.entries({ ...body, ...Object.fromEntries(bends) }).filter(([name]) => name !== removed)
      return Object.fromEntries<unknown>(kept)
    })
    return fc.record({
      collection: fc.constant(collection!),
      use: fc.constant(use),
      bodies: fc.array(bodies, { minLength: 30, maxLength: 30 }),
    })
  })

describe("documentJsonSchema", () => {
  test("Ajv and the document validator agree about thousands of random documents", () => {
    let refusedCount = 0
    fc.assert(
      fc.property(arbitraryCase, ({ collection, use, bodies }) => {
        const judge = compileJsonSchema(documentJsonSchema(collection, use), { formats })
        const validator = compileDocumentValidator(collection)
        for (const body of bodies) {
          const result = validator[use](body)
          if (!result.ok) refusedCount += 1
          if (isBeyondJsonSchema(body)) expect(result.ok && !judge(body)).toBe(false)
          else expect({ ok: judge(body), body, result }).toMatchObject({ ok: result.ok })
        }
      }),
      { numRuns: 100 },
    )
    expect(refusedCount).toBeGreaterThan(500)
  })

  test("every random schema gives a valid JSON Schema", () => {
    fc.assert(
      fc.property(
        arbitrarySchema(),
        fc.constantFrom("create" as const, "update" as const, "read" as const),
        (schema, use) => {
          for (const collection of schema.collections.values())
            compileJsonSchema(documentJsonSchema(collection, use), { formats, validateSchema: true })
        },
      ),
      { numRuns: 30 },
    )
  })

  test("a create lists what it requires, an update leaves out the primary key, an answer the internal fields", () => {
    const [users] = requireSchema(
      "collections:\n  users:\n    fields:\n      email: { type: string }\n      hash: { type: string, internal: true, nullable: true }\n",
    ).collections.values()

    expect(documentJsonSchema(users!, "create")).toMatchObject({ required: ["email"], additionalProperties: false })
    expect(Object.keys(documentJsonSchema(users!, "update")["properties"] as object)).not.toContain("id")
    expect(Object.keys(documentJsonSchema(users!, "read")["properties"] as object)).toEqual([
      "id",
      "email",
      "created_at",
      "updated_at",
    ])
  })

  test("a field says its type, constraints and default", () => {
    const posts = requireSchema(blogSchema).collections.get("posts")!

    expect(documentJsonSchema(posts, "create")["properties"]).toMatchObject({
      title: { type: "string", minLength: 1, maxLength: 200 },
      excerpt: { type: ["string", "null"], maxLength: 500 },
      published: { type: "boolean", default: false },
      published_at: { type: ["string", "null"], format: "date-time" },
      view_count: { type: "integer", default: 0 },
    })
  })

  test("a JSON Schema of draft 7 is rewritten into 2020-12", () => {
    const schema =
      "{ $schema: 'http://json-schema.org/draft-07/schema#', type: array, items: [{ type: integer }], additionalItems: false }"
    const [a] = requireSchema(
      `collections:\n  a:\n    fields:\n      f: { type: json, schema: ${schema} }\n`,
    ).collections.values()
    const judge = compileJsonSchema(documentJsonSchema(a!, "create"))
    const validator = compileDocumentValidator(a!)

    expect(documentJsonSchema(a!, "create")["properties"]).toMatchObject({
      f: { type: "array", prefixItems: [{ type: "integer" }], items: false },
    })
    for (const f of [[1], [], [1, 2], ["x"]]) expect(judge({ f })).toBe(validator.create({ f }).ok)
  })
})
