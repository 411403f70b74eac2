import * as fc from "fast-check"
import { describe, expect, test } from "vitest"

import { isAlyxError } from "../../src/errors.ts"
import { judgeSchema } from "../../src/schema/judge-schema.ts"
import { schemaFromJson, schemaFromText } from "../../src/schema/schema-from-json.ts"
import type { CollectionJson, FieldJson, SchemaJson } from "../../src/schema/schema-json.ts"
import { schemaToJson } from "../../src/schema/schema-json.ts"
import { scaled, testSeed } from "../helpers/scale.ts"
import { arbitrarySchema, requireSchema } from "./arbitrary-schema.ts"
import { blogSchema, usersSchema } from "./example-schemas.ts"

const valid = schemaToJson(
  requireSchema(`collections:
  users:
    fields:
      email: { type: string, unique: true, maxLength: 200 }
      age: { type: int, min: 0 }
      kind: { type: string, enum: [a, b] }
      data: { type: json, nullable: true }
  posts:
    fields:
      title: { type: string }
      author_id: { type: uuid, references: users.id, onDelete: cascade }
    indexes:
      - { fields: [title, author_id], order: desc }
`),
)

const breakOut = "100)) STRICT; ATTACH DATABASE '/tmp/x.db' AS x; CREATE TABLE x.owned(t); SELECT ((1"

/** The valid schema with another value at a path such as "users.email.maxLength". */
function withField(path: string, value: unknown): SchemaJson {
  const [collection, field, option] = path.split(".") as [string, string, string]
  const fields = (each: CollectionJson): readonly FieldJson[] =>
    each.fields.map((one) => (one.name === field ? { ...one, [option]: value } : one))
  return {
    ...valid,
    collections: valid.collections.map((each) => (each.name === collection ? { ...each, fields: fields(each) } : each)),
  }
}

function withCollection(name: string, change: object): SchemaJson {
  return {
    ...valid,
    collections: valid.collections.map((each) => (each.name === name ? { ...each, ...change } : each)),
  }
}

const indexWith = (change: object): object => ({
  indexes: [{ name: "i", fields: [{ name: "title", order: "asc" }], unique: false, ...change }],
})

describe("a schema that is JSON", () => {
  test.each<[string, unknown]>([
    ["a length that is SQL", withField("users.email.maxLength", breakOut)],
    ["a length that is no number", withField("users.email.minLength", "1")],
    ["a length below zero", withField("users.email.minLength", -1)],
    ["a bound that is a list", withField("users.age.min", [breakOut])],
    ["a bound that is text", withField("users.age.max", "5")],
    ["a value of an enum that is a list", withField("users.kind.enum", [["a'); ATTACH"]])],
    ["an enum that is text", withField("users.kind.enum", "a")],
    ["a flag that is text", withField("users.email.unique", "yes")],
    ["an unknown format", withField("users.email.format", "x")],
    ["an unknown default", withField("users.email.default", { kind: "sql", value: "1" })],
    [
      "an action that is SQL",
      withField("posts.author_id.references", { collection: "users", field: "id", onDelete: "cascade; x" }),
    ],
    [
      "a reference to no name",
      withField("posts.author_id.references", { collection: 'a"b', field: "id", onDelete: "cascade" }),
    ],
    ["an order that is SQL", withCollection("posts", indexWith({ fields: [{ name: "title", order: "asc); x" }] }))],
    ["an index without fields", withCollection("posts", indexWith({ fields: [] }))],
    ["an index without a name", withCollection("posts", indexWith({ name: "a b" }))],
    ["rules that are no texts", withCollection("posts", { rules: { read: 5 } })],
    ["a collection that is a path", withCollection("users", { name: "../../../../tmp/x" })],
    ["a collection called __proto__", withCollection("users", { name: "__proto__" })],
    ["a collection of Alyx", withCollection("users", { name: "_alyx_meta" })],
    ["a name with a control character", withCollection("users", { name: "a/b?c#d\u001b[31m" })],
    ["a field with a quote", withField("users.email.name", 'e"mail')],
    ["two collections of one name", { ...valid, collections: [...valid.collections, ...valid.collections] }],
    ["two fields of one name", withField("users.age.name", "EMAIL")],
    ["two primary keys", withField("users.email.primary", true)],
    [
      "a JSON Schema without an end",
      withField("users.data.jsonSchema", JSON.parse(`${'{"not":'.repeat(20_000)}{}${"}".repeat(20_000)}`)),
    ],
  ])("is refused with %s", (_what, json) => {
    expect(() => schemaFromJson(json)).toThrow(
      expect.toSatisfy((error) => isAlyxError(error, "DATABASE_CORRUPT") && /Restore a backup/.test(error.next ?? "")),
    )
  })

  test("that is no JSON says how to come back", () => {
    expect(() => schemaFromText("boom")).toThrow(
      expect.toSatisfy((error) => isAlyxError(error, "DATABASE_CORRUPT") && /Restore a backup/.test(error.next ?? "")),
    )
  })

  test("is judged as one that was written", () => {
    const wrong: [SchemaJson, code: string][] = [
      [withField("users.email.pattern", "(?=a)b"), "PATTERN_INVALID"],
      [withField("users.email.pattern", "(".repeat(5)), "PATTERN_INVALID"],
      [withField("users.data.jsonSchema", { $id: "http://x", type: "string" }), "JSON_SCHEMA_INVALID"],
      [withField("users.data.jsonSchema", { $ref: "#/x" }), "JSON_SCHEMA_INVALID"],
      [withField("users.data.jsonSchema", { alyxMeter: {} }), "JSON_SCHEMA_INVALID"],
      [withField("users.data.jsonSchema", { type: "strin" }), "JSON_SCHEMA_INVALID"],
      [withField("users.email.min", 3), "OPTION_NOT_FOR_TYPE"],
      [withField("users.email.default", { kind: "literal", value: 5 }), "DEFAULT_INVALID"],
      [withField("users.age.min", 0.5), "OPTION_INVALID"],
      [withField("users.email.name", "rowid"), "NAME_RESERVED"],
      [withField("users.email.name", "constructor"), "NAME_RESERVED"],
      [withField("posts.author_id.type", "int"), "REFERENCE_TYPE"],
      [withCollection("users", { name: "sqlite_users" }), "NAME_RESERVED"],
      [withCollection("users", { name: "people" }), "REFERENCE_UNKNOWN"],
      [withCollection("posts", indexWith({ fields: [{ name: "nothing", order: "asc" }] })), "INDEX_FIELD_UNKNOWN"],
      [withCollection("posts", indexWith({ name: "users" })), "NAME_TAKEN"],
      [withCollection("posts", { rules: { read: "x".repeat(20_000) } }), "OPTION_INVALID"],
    ]
    for (const [json, code] of wrong) {
      expect(
        judgeSchema(schemaFromJson(json)).map((problem) => problem.code),
        JSON.stringify(json),
      ).toContain(code)
    }
  })

  test("has nothing wrong with it when it was written by Alyx", () => {
    for (const text of [blogSchema, usersSchema]) expect(judgeSchema(requireSchema(text))).toEqual([])
    fc.assert(
      fc.property(arbitrarySchema(), (schema) => {
        expect(judgeSchema(schemaFromJson(JSON.parse(JSON.stringify(schemaToJson(schema)))))).toEqual([])
      }),
      { seed: testSeed(), numRuns: scaled(2_000, 60) },
    )
  })
})
