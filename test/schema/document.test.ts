import * as fc from "fast-check"
import { describe, expect, test } from "vitest"

import { applyDefaults, updateTimestamps } from "../../src/schema/defaults.ts"
import type { DocumentResult } from "../../src/schema/document.ts"
import { compileDocumentValidator } from "../../src/schema/document.ts"
import type { Collection } from "../../src/schema/schema.ts"
import { arbitraryChange, arbitraryDocument, arbitrarySchema, requireSchema } from "./arbitrary-schema.ts"
import { blogSchema } from "./example-schemas.ts"

function onlyCollection(fields: string, extra = ""): Collection {
  const [collection] = requireSchema(`collections:\n  a:\n    fields: { ${fields} }\n${extra}`).collections.values()
  return collection!
}

function problemsOf(result: DocumentResult): string[] {
  return result.ok ? [] : result.problems.map((problem) => `${problem.field} ${problem.code}`)
}

const posts = requireSchema(blogSchema).collections.get("posts")!
const validator = compileDocumentValidator(posts)
const authorId = "0190a6ec-7b4e-7c1f-8e2a-5d3f6b7a8c9d"
const post = { title: "Hello", slug: "hello", content: "…", author_id: authorId }

describe("create", () => {
  test("a valid body gives the stored values of the fields that it has", () => {
    const result = validator.create({
      ...post,
      published: true,
      tags: ["a"],
      published_at: "2026-01-31T12:00:00+01:00",
    })

    expect(result).toEqual({
      ok: true,
      values: new Map<string, unknown>([
        ["title", "Hello"],
        ["slug", "hello"],
        ["content", "…"],
        ["author_id", authorId],
        ["published", 1],
        ["tags", '["a"]'],
        ["published_at", "2026-01-31T11:00:00.000Z"],
      ]),
    })
  })

  test("everything that is wrong is reported at once, by field", () => {
    const result = validator.create({ title: "", slug: 5, published: null, author_id: "me", view_cuont: 1 })

    expect(result).toEqual({
      ok: false,
      problems: [
        { field: "title", code: "TOO_SHORT", message: "title must have at least 1 character." },
        { field: "slug", code: "WRONG_TYPE", message: "slug must be a string." },
        { field: "published", code: "NOT_NULLABLE", message: "published must not be null." },
        { field: "author_id", code: "WRONG_TYPE", message: expect.stringContaining("must be a UUID") as string },
        {
          field: "view_cuont",
          code: "UNKNOWN_FIELD",
          message: expect.stringContaining("Did you mean view_count?") as string,
        },
        { field: "content", code: "REQUIRED", message: "content is required." },
      ],
    })
  })

  test.each([null, 5, "text", [], undefined])("a body that is no object is refused: %j", (body) => {
    expect(problemsOf(validator.create(body))).toEqual([" NOT_AN_OBJECT"])
  })

  test("names of every object are unknown fields", () => {
    const body = JSON.parse(`{"__proto__": 1, "constructor": 2, "toString": 3}`) as unknown

    expect(problemsOf(compileDocumentValidator(onlyCollection("x: { type: int, default: 0 }")).create(body))).toEqual([
      "__proto__ UNKNOWN_FIELD",
      "constructor UNKNOWN_FIELD",
      "toString UNKNOWN_FIELD",
    ])
  })

  test("a body of ten thousand unknown fields lists fifty problems, in little time", () => {
    const body = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`unknown_${i}`, i]))

    expect(problemsOf(validator.create(body))).toHaveLength(50)
  })

  test("an internal field may be written", () => {
    const collection = onlyCollection("hash: { type: string, internal: true }")

    expect(compileDocumentValidator(collection).create({ hash: "x" }).ok).toBe(true)
  })
})

describe("update", () => {
  test("any fields may be given, none is required", () => {
    expect(validator.update({}).ok).toBe(true)
    expect(validator.update({ excerpt: null, view_count: 3 })).toEqual({
      ok: true,
      values: new Map<string, unknown>([
        ["excerpt", null],
        ["view_count", 3],
      ]),
    })
  })

  test("the primary key never changes", () => {
    expect(problemsOf(validator.update({ id: authorId }))).toEqual(["id PRIMARY_KEY_READ_ONLY"])
  })
})

describe("constraints", () => {
  test.each([
    ["type: string, maxLength: 2", "😀😀", []],
    ["type: string, maxLength: 2", "😀😀😀", ["f TOO_LONG"]],
    ["type: string, maxLength: 2", "abcdefgh", ["f TOO_LONG"]],
    ["type: string, minLength: 2", "😀", ["f TOO_SHORT"]],
    ["type: string, minLength: 2", "😀a", []],
    ["type: string, maxLength: 0", "", []],
    ["type: int, min: 1, max: 3", 0, ["f TOO_SMALL"]],
    ["type: int, min: 1, max: 3", 4, ["f TOO_LARGE"]],
    ["type: float, min: 0", -0.1, ["f TOO_SMALL"]],
    ["type: string, enum: [a, b]", "c", ["f NOT_IN_ENUM"]],
    ["type: int, enum: [1, 2]", 3, ["f NOT_IN_ENUM"]],
    ["type: string, pattern: '^\\p{L}+$'", "héllo", []],
    ["type: string, pattern: '^\\p{L}+$'", "h1", ["f PATTERN_MISMATCH"]],
    ["type: string, format: email", "ada@example.com", []],
    ["type: string, format: email", "ada@@example.com", ["f INVALID_FORMAT"]],
    ["type: string, format: email", "ada@localhost", ["f INVALID_FORMAT"]],
    ["type: string, format: url", "https://example.com/a?b#c", []],
    ["type: string, format: url", "javascript:alert(1)", ["f INVALID_FORMAT"]],
    ["type: string, format: url", " https://example.com", ["f INVALID_FORMAT"]],
    ["type: string, format: uuid", authorId, []],
    ["type: string, format: uuid", "nope", ["f INVALID_FORMAT"]],
    ["type: string, minLength: 3, pattern: '^a'", "b", ["f TOO_SHORT", "f PATTERN_MISMATCH"]],
    ["type: json, items: string", ["a", "b"], []],
    ["type: json, items: string", ["a", 1, 2], ["f JSON_SCHEMA_MISMATCH", "f JSON_SCHEMA_MISMATCH"]],
    ["type: json, items: string", { a: 1 }, ["f JSON_SCHEMA_MISMATCH"]],
  ])("%s with %j", (options, value, expected) => {
    const only = compileDocumentValidator(onlyCollection(`f: { ${options} }`))

    expect(problemsOf(only.create({ f: value }))).toEqual(expected)
  })

  test("a fault inside json says where", () => {
    const result = compileDocumentValidator(onlyCollection("f: { type: json, items: string }")).create({ f: ["a", 1] })

    expect(result).toMatchObject({ problems: [{ message: "f at /1 must be string." }] })
  })

  test("a large hostile json value gives one problem, not a hundred thousand", () => {
    const f = Array.from({ length: 100_000 }, () => 1)

    expect(
      problemsOf(compileDocumentValidator(onlyCollection("f: { type: json, items: string }")).create({ f })),
    ).toHaveLength(1)
  })

  test.each([
    ["^(a+)+$", `${"a".repeat(40)}!`],
    ["\\s+$", `${" ".repeat(100_000)}x`],
    ["^(.+,){5}x$", ",".repeat(1_000)],
  ])("a pattern that would take ages on a text made for it, %s, is judged at once", (pattern, f) => {
    const only = compileDocumentValidator(onlyCollection(`f: { type: text, pattern: '${pattern}' }`))

    expect(problemsOf(only.create({ f }))).toEqual(["f PATTERN_MISMATCH"])
  })

  test("a text is tried against a pattern only as far as the pattern's size allows", () => {
    const only = compileDocumentValidator(onlyCollection("f: { type: text, pattern: '(a|b)*a(a|b){400}$' }"))

    expect(problemsOf(only.create({ f: "b".repeat(5_000) }))).toEqual(["f PATTERN_MISMATCH"])
    expect(problemsOf(only.create({ f: "b".repeat(1_000_000) }))).toEqual(["f TOO_LONG"])
  })

  test("an e-mail address made to be slow is judged at once", () => {
    const email = `a@${"a-".repeat(100_000)}`

    expect(
      problemsOf(compileDocumentValidator(onlyCollection("f: { type: string, format: email }")).create({ f: email })),
    ).toEqual(["f INVALID_FORMAT"])
  })
})

test("every random document of every random schema is accepted, as a create and as an update", () => {
  const cases = arbitrarySchema().chain((schema) => {
    const [collection] = schema.collections.values()
    return fc.tuple(fc.constant(collection!), arbitraryDocument(collection!), arbitraryChange(collection!))
  })
  fc.assert(
    fc.property(cases, ([collection, document, change]) => {
      const random = compileDocumentValidator(collection)

      expect(problemsOf(random.create(document))).toEqual([])
      expect(problemsOf(random.update(change))).toEqual([])
    }),
    { numRuns: 100 },
  )
})

describe("applyDefaults", () => {
  const sources = { nowIso: "2026-01-31T12:00:00.000Z", newId: () => "new-id" }

  test("a row is complete, in the order of the fields", () => {
    const row = applyDefaults(posts, new Map([["title", "Hello"]]), sources)

    expect([...row.keys()]).toEqual([...posts.fields.keys()])
    expect(Object.fromEntries(row)).toMatchObject({
      id: "new-id",
      title: "Hello",
      published: 0,
      view_count: 0,
      tags: null,
      created_at: sources.nowIso,
    })
  })

  test("what was given stays, null too", () => {
    const collection = onlyCollection("f: { type: int, default: 5, nullable: true }")

    expect(applyDefaults(collection, new Map([["f", null]]), sources).get("f")).toBeNull()
    expect(applyDefaults(collection, new Map(), sources).get("f")).toBe(5)
  })

  test("an int primary key with auto is left to SQLite", () => {
    const collection = onlyCollection("id: { type: int, primary: true, default: auto }")

    expect(applyDefaults(collection, new Map(), sources).has("id")).toBe(false)
    expect(applyDefaults(collection, new Map([["id", 7]]), sources).get("id")).toBe(7)
  })
})

test("updateTimestamps sets what onUpdate: now asks for, over what the body says", () => {
  const values = updateTimestamps(
    posts,
    new Map([["updated_at", "2020-01-01T00:00:00.000Z"]]),
    "2026-01-31T12:00:00.000Z",
  )

  expect([...values]).toEqual([["updated_at", "2026-01-31T12:00:00.000Z"]])
})
