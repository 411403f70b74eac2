import { describe, expect, test } from "vitest"

import { applyOperation } from "../../../src/schema/migrations/apply-operation.ts"
import type { Operation } from "../../../src/schema/migrations/migration.ts"
import type { OperationEffect } from "../../../src/schema/migrations/operation-effect.ts"
import { parseMigration } from "../../../src/schema/migrations/parse-migration.ts"
import type { Field, Schema } from "../../../src/schema/schema.ts"
import { requireSchema } from "../arbitrary-schema.ts"
import { peopleSchema } from "./people-schema.ts"

const schema = requireSchema(peopleSchema)

/** The operations that stand below `operations:`, read as a file. */
function operations(yaml: string): readonly Operation[] {
  const { migration, problems } = parseMigration({ file: "migrations/001_x.yaml", text: `operations:\n${yaml}` })
  if (migration === null) throw new Error(problems.map((problem) => problem.message).join("\n"))
  return migration.operations
}

function effectOf(yaml: string, from: Schema = schema): OperationEffect {
  const applied = applyOperation(from, operations(`  - { ${yaml} }\n`)[0]!)
  if (!applied.ok) throw new Error(applied.problem.message)
  return applied.effect
}

function fieldOf(effect: OperationEffect, collection: string, field: string): Field | undefined {
  return effect.schema.collections.get(collection)?.fields.get(field)
}

function indexesOf({ schema: after }: OperationEffect, collection: string): readonly string[] {
  return (after.collections.get(collection)?.indexes ?? []).map(
    (index) => `${index.name} (${index.fields.map(({ name }) => name).join(", ")})`,
  )
}

/** "users → people: title ← column name", only of what is not simply kept. */
function tablesOf({ tables }: OperationEffect): readonly string[] {
  return tables.map(({ from, to, sources }) => {
    const moved = [...sources].filter(([name, source]) => source.kind !== "column" || source.name !== name)
    const shown = moved.map(([name, { kind, ...rest }]) => `${name} ← ${kind} ${JSON.stringify(rest)}`)
    return [from === to ? from : `${from} → ${to}`, ...shown].join(": ")
  })
}

describe("rename_field", () => {
  test("follows into indexes whose name was made of names, and leaves the others theirs", () => {
    const effect = effectOf("type: rename_field, collection: users, from: name, to: label")

    expect(effect.line).toBe("users.name → users.label")
    expect(indexesOf(effect, "users")).toEqual([
      "idx_users_label_age (label, age)",
      "by_age (age, label)",
      "one_name (label, email)",
    ])
    expect(tablesOf(effect)).toEqual(['users: label ← column {"name":"name"}'])
    expect([...effect.tables[0]!.sources.keys()]).toEqual([
      "id",
      "email",
      "label",
      "age",
      "boss_id",
      "created_at",
      "updated_at",
    ])
    expect(effect).toMatchObject({ isLossy: false, touches: { collection: "users", field: "name" }, dropped: [] })
  })

  test("follows into references of other collections, and to the primary key", () => {
    const mail = effectOf("type: rename_field, collection: users, from: email, to: address")
    const key = effectOf("type: rename_field, collection: users, from: id, to: key")

    expect(fieldOf(mail, "posts", "mail")?.references).toMatchObject({ collection: "users", field: "address" })
    expect(tablesOf(mail)).toEqual(['users: address ← column {"name":"email"}', "posts"])
    expect(key.schema.collections.get("users")?.primaryKey.name).toBe("key")
    expect(fieldOf(key, "users", "boss_id")?.references?.field).toBe("key")
    expect(fieldOf(key, "posts", "author_id")?.references?.field).toBe("key")
  })

  test("may change the case alone", () => {
    expect(fieldOf(effectOf("type: rename_field, collection: users, from: age, to: Age"), "users", "Age")).toBeDefined()
  })
})

test("rename_collection follows into references, also its own, and into names of indexes", () => {
  const effect = effectOf("type: rename_collection, from: users, to: people")

  expect([...effect.schema.collections.keys()]).toEqual(["people", "posts", "tags"])
  expect(fieldOf(effect, "posts", "author_id")?.references?.collection).toBe("people")
  expect(fieldOf(effect, "people", "boss_id")?.references?.collection).toBe("people")
  expect(indexesOf(effect, "people")[0]).toBe("idx_people_name_age (name, age)")
  expect(tablesOf(effect)).toEqual(["users → people", "posts"])
})

test("drop_field takes the field out of indexes, and says which go", () => {
  const effect = effectOf("type: drop_field, collection: users, field: name")

  expect(effect.line).toBe(
    "- users.name; the index idx_users_name_age (name, age) goes with it; the unique index one_name (name, email) goes with it",
  )
  // idx_users_age is there already: the field has an index of its own.
  expect(indexesOf(effect, "users")).toEqual(["by_age (age)"])
  expect(effect).toMatchObject({
    isLossy: true,
    inverse: { kind: "none", reason: expect.stringContaining("backup") as string },
  })
})

test("drop_collection names what goes, and has no inverse", () => {
  const effect = effectOf("type: drop_collection, collection: tags")

  expect(effect).toMatchObject({
    line: "- tags",
    dropped: ["tags"],
    tables: [],
    isLossy: true,
    inverse: { kind: "none" },
  })
})

test("add_field takes a definition as schema.yaml has it, and a fill that fits", () => {
  const effect = effectOf(
    "type: add_field, collection: posts, field: state, definition: { type: string, enum: [a, b], default: a }, fill: b",
  )

  expect(fieldOf(effect, "posts", "state")).toMatchObject({
    enum: ["a", "b"],
    default: { kind: "literal", value: "a" },
  })
  expect(tablesOf(effect)).toEqual(['posts: state ← new {"fill":{"kind":"value","value":"b"}}'])
  expect(effect.inverse).toEqual({
    kind: "operations",
    operations: [{ type: "drop_field", collection: "posts", field: "state" }],
  })
})

/** A field of posts with a default as it stands in the file. */
function withDefault(given: string): Field | undefined {
  const definition = `{ type: string, default: ${given} }`
  return fieldOf(effectOf(`type: add_field, collection: posts, field: f, definition: ${definition}`), "posts", "f")
}

test("add_field knows a word in quotes from a keyword", () => {
  expect(withDefault('"auto"')?.default).toEqual({ kind: "literal", value: "auto" })
  expect(withDefault("auto")?.default).toEqual({ kind: "auto" })
})

describe("change_type", () => {
  test("takes away what the new type cannot have, and says so", () => {
    const effect = effectOf("type: change_type, collection: users, field: age, to: text")

    expect(effect.line).toBe("~ users.age → text; min, default go, not for text")
    expect(fieldOf(effect, "users", "age")).toMatchObject({ type: "text", min: null, default: null, index: true })
    expect(tablesOf(effect)).toEqual(['users: age ← convert {"name":"age","from":"int","to":"text","using":null}'])
    expect(effect.isLossy).toBe(false)
  })

  test("takes a field that no index can hold out of them, and is then not undone", () => {
    const effect = effectOf("type: change_type, collection: users, field: age, to: json")

    expect(indexesOf(effect, "users")).toEqual(["idx_users_name (name)", "by_age (name)", "one_name (name, email)"])
    expect(effect.inverse.kind).toBe("none")
  })

  test.each([
    ["a conversion that keeps values", "to: string", "operations"],
    ["an expression of one's own", "to: string, using: hex(age)", "none"],
    ["an expression with its inverse", "to: string, using: hex(age), down_using: length(age)", "operations"],
    ["types without a usual way", "to: timestamp", "none"],
  ])("%s can be undone or says why not", (_, options, kind) => {
    expect(effectOf(`type: change_type, collection: users, field: age, ${options}`).inverse.kind).toBe(kind)
  })
})

describe("set_nullable", () => {
  test("fills null when a field becomes required", () => {
    const effect = effectOf("type: set_nullable, collection: users, field: name, nullable: false, fill: x")

    expect(fieldOf(effect, "users", "name")?.nullable).toBe(false)
    expect(tablesOf(effect)).toEqual([
      'users: name ← filled {"name":"name","when":"null","fill":{"kind":"value","value":"x"}}',
    ])
    expect(effect.inverse).toMatchObject({ operations: [{ type: "set_nullable", nullable: true, fill: null }] })
  })

  test("finds nothing to do where it is so already", () => {
    const effect = effectOf("type: set_nullable, collection: users, field: name, nullable: true")

    expect(effect).toMatchObject({ line: "~ users.name nullable; it is so already", tables: [] })
    expect(effect.schema.hash).toBe(schema.hash)
  })
})

describe("set_constraints", () => {
  test("fills what breaks a stricter one, and touches no value for a looser one", () => {
    const strict = effectOf("type: set_constraints, collection: users, field: name, set: { maxLength: 10 }, fill: x")
    const loose = effectOf("type: set_constraints, collection: users, field: name, set: { maxLength: null }")

    expect(tablesOf(strict)[0]).toContain('"when":"breaks"')
    expect(strict.isLossy).toBe(true)
    expect(tablesOf(loose)).toEqual(["users"])
    expect(strict.inverse).toMatchObject({ operations: [{ set: { maxLength: 40 }, fill: null }] })
  })

  test("takes away a default that no longer fits, and brings it back when undone", () => {
    const effect = effectOf("type: set_constraints, collection: users, field: name, set: { enum: [a, b] }")

    expect(effect.line).toContain("the default, which no longer fits, goes")
    expect(fieldOf(effect, "users", "name")?.default).toBeNull()
    expect(effect.inverse).toMatchObject({ operations: [{ definition: { default: "nobody" } }] })
  })
})

test.each([
  ["without down", "up: DELETE FROM posts", "none"],
  ["with an empty down", 'up: DELETE FROM posts, down: ""', "operations"],
])("sql %s changes no schema, and is taken for lossy", (_, options, kind) => {
  const effect = effectOf(`type: sql, ${options}`)

  expect(effect).toMatchObject({ sql: "DELETE FROM posts", touches: null, isLossy: true, inverse: { kind } })
  expect(effect.schema).toBe(schema)
})

test.each([
  "type: change_type, collection: users, field: age, to: int, using: age * 2",
  "type: set_constraints, collection: users, field: age, set: { min: 0 }",
  "type: add_field, collection: users, field: boss_id, definition: { references: users.id, type: uuid, nullable: true }",
])("does nothing where it is so already: { %s }", (yaml) => {
  const effect = effectOf(yaml)

  expect(effect).toMatchObject({ tables: [], isLossy: false, inverse: { kind: "operations", operations: [] } })
  expect(effect.line).toMatch(/; it is so already$/)
  expect(effect.schema).toBe(schema)
})

describe("is refused, with its place and what to do", () => {
  test.each([
    ["an unknown collection", "type: drop_collection, collection: user", "COLLECTION_UNKNOWN", 'Did you mean "users"'],
    ["an unknown field", "type: drop_field, collection: users, field: nam", "FIELD_UNKNOWN", 'Did you mean "name"'],
    ["a name that is taken", "type: rename_field, collection: users, from: name, to: AGE", "NAME_TAKEN", "age"],
    ["a collection's name that is taken", "type: rename_collection, from: users, to: Tags", "NAME_TAKEN", "Tags"],
    ["a name that an index has", "type: rename_collection, from: tags, to: by_age", "NAME_TAKEN", ""],
    ["the same name", "type: rename_field, collection: users, from: name, to: name", "OPERATION_REFUSED", ""],
    [
      "a name like a relation",
      "type: rename_field, collection: posts, from: title, to: author",
      "RELATION_NAME",
      "Rename",
    ],
    ["dropping the primary key", "type: drop_field, collection: users, field: id", "OPERATION_REFUSED", ""],
    [
      "dropping what is referenced",
      "type: drop_field, collection: users, field: email",
      "OPERATION_REFUSED",
      "posts.mail",
    ],
    [
      "dropping a collection that is referenced",
      "type: drop_collection, collection: users",
      "OPERATION_REFUSED",
      "posts.author_id",
    ],
    [
      "another type for the primary key",
      "type: change_type, collection: tags, field: code, to: int",
      "OPERATION_REFUSED",
      "copy",
    ],
    [
      "another type for what is referenced",
      "type: change_type, collection: users, field: email, to: text",
      "OPERATION_REFUSED",
      "add_field",
    ],
    [
      "another type for what references",
      "type: change_type, collection: posts, field: author_id, to: string",
      "OPERATION_REFUSED",
      "add_field",
    ],
    [
      "a primary key that may be null",
      "type: set_nullable, collection: users, field: id, nullable: true",
      "PRIMARY_KEY_INVALID",
      "",
    ],
    [
      "a fill where nothing is filled",
      "type: set_nullable, collection: users, field: age, nullable: true, fill: 1",
      "OPERATION_REFUSED",
      "",
    ],
    [
      "a fill that does not fit",
      "type: set_nullable, collection: users, field: name, nullable: false, fill: 1",
      "FILL_INVALID",
      "fill_sql",
    ],
    [
      "constraints that contradict",
      "type: set_constraints, collection: users, field: age, set: { max: -1 }",
      "OPTIONS_CONTRADICT",
      "",
    ],
    [
      "constraints of another type",
      "type: set_constraints, collection: users, field: age, set: { maxLength: 1 }",
      "OPTION_NOT_FOR_TYPE",
      "",
    ],
    [
      "no longer unique, but referenced",
      "type: set_constraints, collection: users, field: email, set: { unique: false }",
      "REFERENCE_NOT_UNIQUE",
      "",
    ],
    [
      "a field that is there",
      "type: add_field, collection: users, field: Name, definition: { type: int }",
      "NAME_TAKEN",
      "",
    ],
    [
      "a reference that leads nowhere",
      "type: add_field, collection: users, field: x, definition: { type: uuid, references: a.id }",
      "REFERENCE_UNKNOWN",
      "",
    ],
  ])("%s", (_, yaml, code, next) => {
    const applied = applyOperation(schema, operations(`  - { ${yaml} }\n`)[0]!)

    expect(applied).toMatchObject({
      ok: false,
      problem: { code, at: { file: "migrations/001_x.yaml", line: 2, column: 13 } },
    })
    const problem = applied.ok ? null : applied.problem
    expect(problem?.message).toMatch(/\.$/)
    expect(`${problem?.message} ${problem?.next ?? ""}`).toContain(next)
  })
})
