import { describe, expect, test } from "vitest"

import { parseSchema } from "../../src/schema/parse.ts"
import type { Field, Schema } from "../../src/schema/schema.ts"
import { requireSchema } from "./arbitrary-schema.ts"
import { blogSchema, usersSchema } from "./example-schemas.ts"

function fieldOf(schema: Schema, label: string): Field {
  const [collection = "", name = ""] = label.split(".")
  const field = schema.collections.get(collection)?.fields.get(name)
  if (field === undefined) throw new Error(`no field ${label}`)
  return field
}

function oneField(options: string): Field {
  return fieldOf(requireSchema(`collections:\n  posts:\n    fields:\n      f: { ${options} }\n`), "posts.f")
}

function withReadRule(rule: string): Schema {
  return requireSchema(`collections:\n  a:\n    fields: { x: { type: int } }\n    rules: { read: "${rule}" }\n`)
}

/** The names of the fields of a collection that declares created_at, with more lines of the collection. */
function namesWithCreatedAt(extra: string): string[] {
  const schema = requireSchema(`collections:\n  a:\n    fields: { created_at: { type: timestamp } }\n${extra}`)
  return [...(schema.collections.get("a")?.fields.keys() ?? [])]
}

/** So many fields, as the inside of a flow map. */
function many(count: number): string {
  return Array.from({ length: count }, (_, i) => `f${i}: { type: int }`).join(", ")
}

function namesOf(schema: Schema, collection: string): string[] {
  return (schema.relations.get(collection) ?? []).map((relation) => `${relation.kind} ${relation.name}`)
}

describe("the examples of the documentation", () => {
  test("the blog is understood in full", () => {
    const schema = requireSchema(blogSchema)

    expect([...schema.collections.keys()]).toEqual(["users", "posts", "comments"])
    expect(fieldOf(schema, "users.email")).toMatchObject({
      unique: true,
      index: true,
      format: "email",
      nullable: false,
    })
    expect(fieldOf(schema, "users.role")).toMatchObject({ enum: ["user", "moderator", "admin"] })
    expect(fieldOf(schema, "posts.author_id").references).toEqual({
      collection: "users",
      field: "id",
      onDelete: "cascade",
    })
    expect(schema.collections.get("posts")?.indexes[0]).toMatchObject({
      name: "idx_posts_published_date",
      fields: [
        { name: "published", order: "desc" },
        { name: "published_at", order: "desc" },
      ],
      unique: false,
    })
    expect(schema.collections.get("comments")?.rules.read?.expression).toBe("true")
    expect([...(schema.collections.get("comments")?.fields.keys() ?? [])].at(-1)).toBe("created_at")
  })

  test("the users of the quick start get an id and timestamps", () => {
    const users = requireSchema(usersSchema).collections.get("users")

    expect([...(users?.fields.keys() ?? [])]).toEqual(["id", "email", "name", "created_at", "updated_at"])
    expect(users?.primaryKey).toMatchObject({ name: "id", type: "uuid", default: { kind: "auto" } })
    expect(users?.fields.get("updated_at")).toMatchObject({ default: { kind: "now" }, updatedToNow: true })
  })
})

test("maps and lists mean the same, also mixed", () => {
  const map = requireSchema("collections:\n  a:\n    fields:\n      x: { type: int }\n      y: { type: bool }\n")
  const list = requireSchema(
    "collections:\n  - name: a\n    fields:\n      - { name: x, type: int }\n      - { name: y, type: bool }\n",
  )
  const mixed = requireSchema(
    "collections:\n  - name: a\n    fields:\n      x: { type: int }\n      y: { type: bool }\n",
  )

  expect(list.hash).toBe(map.hash)
  expect(mixed.hash).toBe(map.hash)
})

describe("hash", () => {
  test("comments, positions, the order of collections and white space in rules do not change it", () => {
    const plain = requireSchema(
      "collections:\n  a: { fields: { x: { type: int } } }\n  b: { fields: { x: { type: int } } }\n",
    )
    const other = requireSchema(
      "# hello\n\ncollections:\n  b: { fields: { x: { type: int } } }\n  a: { fields: { x: { type: int } } }\n",
    )

    expect(other.hash).toBe(plain.hash)
    expect(withReadRule("a  ==   b").hash).toBe(withReadRule("a == b").hash)
  })

  test("white space inside a string of a rule, and every option, change it", () => {
    expect(withReadRule("a == 'x  y'").hash).not.toBe(withReadRule("a == 'x y'").hash)
    expect(requireSchema(usersSchema.replace("unique: true", "unique: false")).hash).not.toBe(
      requireSchema(usersSchema).hash,
    )
  })
})

describe("timestamps", () => {
  test("a declared one keeps the other away unless it is asked for", () => {
    expect(namesWithCreatedAt("")).toEqual(["id", "created_at"])
    expect(namesWithCreatedAt("    timestamps: true\n")).toEqual(["id", "created_at", "updated_at"])
  })

  test("timestamps: false leaves both out", () => {
    const schema = requireSchema("collections:\n  a:\n    fields: { x: { type: int } }\n    timestamps: false\n")

    expect([...(schema.collections.get("a")?.fields.keys() ?? [])]).toEqual(["id", "x"])
  })

  test("a required field with onUpdate: now is set on create, too", () => {
    expect(oneField("type: timestamp, onUpdate: now").default).toEqual({ kind: "now" })
  })
})

describe("defaults", () => {
  test.each([
    ["type: string, default: auto", { kind: "auto" }],
    ['type: string, default: "auto"', { kind: "literal", value: "auto" }],
    ["type: string, enum: [auto, manual], default: auto", { kind: "literal", value: "auto" }],
    ["type: text, default: 'now'", { kind: "literal", value: "now" }],
    ["type: int, primary: true, default: auto", { kind: "auto" }],
    ['type: string, primary: true, default: "auto"', { kind: "auto" }],
    ["type: timestamp, default: 2026-01-31T12:00:00+02:00", { kind: "literal", value: "2026-01-31T10:00:00.000Z" }],
    [
      "type: uuid, default: 0190A6EC-7B4E-7C1F-8E2A-5D3F6B7A8C9D",
      { kind: "literal", value: "0190a6ec-7b4e-7c1f-8e2a-5d3f6b7a8c9d" },
    ],
    ["type: json, default: [1, { a: null }]", { kind: "literal", value: [1, { a: null }] }],
    ["type: blob, default: AAEC", { kind: "literal", value: "AAEC" }],
    ["type: bool, default: false", { kind: "literal", value: false }],
    ["type: int, nullable: true, default: null", null],
  ])("%s", (options, expected) => {
    expect(oneField(options).default).toEqual(expected)
  })
})

test("required: false is nullable: true", () => {
  expect(oneField("type: int, required: false").nullable).toBe(true)
  expect(oneField("type: int, required: true").nullable).toBe(false)
})

test("a string primary key is never empty", () => {
  expect(oneField("type: string, primary: true").minLength).toBe(1)
})

test("items become the JSON Schema of an array", () => {
  expect(oneField("type: json, items: string").jsonSchema).toEqual({ type: "array", items: { type: "string" } })
  expect(oneField("type: json, items: { type: integer }").jsonSchema).toEqual({
    type: "array",
    items: { type: "integer" },
  })
})

test("rules may be YAML booleans", () => {
  const schema = requireSchema(
    "collections:\n  a:\n    fields: { x: { type: int, rules: { write: false } } }\n    rules: { read: true }\n",
  )

  expect(schema.collections.get("a")?.rules.read?.expression).toBe("true")
  expect(fieldOf(schema, "a.x").rules).toMatchObject({ read: null, write: { expression: "false" } })
})

test("an index takes its name from the collection and fields, and an order for each field", () => {
  const schema = requireSchema(
    "collections:\n  a:\n    fields: { x: { type: int }, y: { type: int } }\n    indexes:\n      - { fields: [x, y], order: [asc, desc], unique: true }\n",
  )

  expect(schema.collections.get("a")?.indexes).toMatchObject([
    {
      name: "idx_a_x_y",
      unique: true,
      fields: [
        { name: "x", order: "asc" },
        { name: "y", order: "desc" },
      ],
    },
  ])
})

test("all problems are reported at once, in the order of the file", () => {
  const text =
    "collections:\n  posts:\n    fields:\n      a: { type: textt }\n      b: { typ: int }\n      c: { type: uuid, references: userz.id }\n    indexes:\n      - fields: [d]\n"

  const { problems } = parseSchema(text, "schema.yaml")

  expect(problems.map((problem) => [problem.code, problem.at?.line])).toEqual([
    ["TYPE_UNKNOWN", 4],
    ["TYPE_MISSING", 5],
    ["OPTION_UNKNOWN", 5],
    ["REFERENCE_UNKNOWN", 6],
    ["INDEX_FIELD_UNKNOWN", 8],
  ])
})

test.each(["", "# nothing yet\n", "collections:\n", "collections: {}\n", "collections: []\nversion: 1\n"])(
  "a schema without collections is valid and gets a notice: %j",
  (text) => {
    const { schema, problems, notices } = parseSchema(text, "schema.yaml")

    expect(problems).toEqual([])
    expect(schema?.collections.size).toBe(0)
    expect(notices.map((notice) => notice.code)).toEqual(["NO_COLLECTIONS"])
  },
)

describe("limits", () => {
  test("more than 500 collections, or fields of one, are refused", () => {
    const collections = Array.from({ length: 501 }, (_, i) => `c${i}: { fields: { a: { type: int } } }`).join(", ")

    expect(parseSchema(`collections: { ${collections} }`, "s").problems.map((problem) => problem.code)).toEqual([
      "TOO_MANY",
    ])
    expect(parseSchema(`collections: { a: { fields: { ${many(501)} } } }`, "s").problems[0]?.code).toBe("TOO_MANY")
    expect(parseSchema(`collections: { a: { fields: { ${many(490)} } } }`, "s").problems).toEqual([])
  })

  test("a file of problems lists the first 200 and counts the rest", () => {
    const fields = Array.from({ length: 300 }, (_, i) => `f${i}: { type: nope }`).join(", ")

    const { problems } = parseSchema(`collections: { a: { fields: { ${fields} } } }`, "s")

    expect(problems).toHaveLength(201)
    expect(problems.at(-1)?.message).toBe("There are 100 more problems.")
  })

  test("a file of a megabyte, deep nesting and endless aliases are refused in time", () => {
    expect(parseSchema("#".repeat(1_000_001), "s").problems[0]?.code).toBe("FILE_TOO_LARGE")
    expect(parseSchema(`collections: ${"[".repeat(200)}${"]".repeat(200)}`, "s").problems[0]?.code).toBe(
      "YAML_UNSUPPORTED",
    )
    expect(parseSchema("collections: &a [*a, *a, *a]", "s").schema).toBeNull()
  })
})

describe("relations", () => {
  test("a forward relation drops _id, a back relation is the other collection", () => {
    const schema = requireSchema(blogSchema)

    expect(namesOf(schema, "posts")).toEqual(["forward author", "back comments"])
    expect(schema.relations.get("posts")?.[0]).toMatchObject({
      aliases: ["author_id"],
      localField: "author_id",
      foreignField: "id",
    })
    expect(schema.relations.get("posts")?.[1]).toMatchObject({
      aliases: ["comments(post_id)"],
      localField: "id",
      foreignField: "post_id",
    })
  })

  test("two references from one collection are told apart by their fields", () => {
    const schema = requireSchema(
      "collections:\n  users: { fields: { n: { type: int } } }\n  posts:\n    fields:\n      author_id: { type: uuid, references: users.id }\n      editor_id: { type: uuid, references: users.id }\n",
    )

    expect(namesOf(schema, "users")).toEqual(["back posts(author_id)", "back posts(editor_id)"])
  })

  test("a tree refers to itself forward and back", () => {
    const schema = requireSchema(
      "collections:\n  pages:\n    fields:\n      parent_id: { type: uuid, references: pages.id, nullable: true }\n",
    )

    expect(namesOf(schema, "pages")).toEqual(["forward parent", "back pages"])
  })

  test("a primary key that is a reference expands as the collection it points to", () => {
    const schema = requireSchema(
      "collections:\n  users: { fields: { n: { type: int } } }\n  profiles:\n    fields:\n      id: { type: uuid, primary: true, references: users.id }\n",
    )

    expect(namesOf(schema, "profiles")).toEqual(["forward users"])
  })
})
