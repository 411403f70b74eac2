import { describe, expect, test } from "vitest"

import { applySchema, readAppliedSchema } from "../../../../src/daemon/storage/sqlite/apply-schema.ts"
import { requireSchema } from "../../../schema/arbitrary-schema.ts"
import { databaseObjects, objectsOfSchema } from "../../../helpers/database-objects.ts"
import { scaled } from "../../../helpers/scale.ts"
import { clock, schemaText, usePostsDatabase } from "./posts-database.ts"

const postCount = scaled(100_000, 0) < 50_000 ? 1_000 : 100_000

/** Both ways are walked. */
const ways = [
  { where: "on the main thread", smallRowCountMax: Infinity },
  { where: "in a process beside", smallRowCountMax: 0 },
]

const database = usePostsDatabase()
const { rows, run, fill, migrate, refusal } = database

type Post = Record<string, unknown>

/** The posts of the model, as postSql makes them. */
function modelPosts(count: number): Post[] {
  return Array.from({ length: count }, (_, at) => {
    const i = at + 1
    return {
      id: `p${String(i).padStart(6, "0")}`,
      title: `title ${i % 100}`,
      note: i % 3 === 0 ? null : `note ${i}`,
      views: String(i),
      rating: i,
      at: `2026-01-${String(1 + (i % 28)).padStart(2, "0")}`,
      is_live: i % 2,
      author_id: `u${i % 10}`,
    }
  })
}

interface Case {
  readonly name: string
  readonly operations: string
  /** The table of posts afterwards, `posts` when left out. */
  readonly table?: string
  readonly expected: (post: Post) => Post
}

const without = (post: Post, ...names: string[]): Post =>
  Object.fromEntries(Object.entries(post).filter(([name]) => !names.includes(name)))

const cases: readonly Case[] = [
  {
    name: "rename_field",
    operations: "- { type: rename_field, collection: posts, from: title, to: headline }",
    expected: (post) => ({ ...without(post, "title"), headline: post["title"] }),
  },
  {
    name: "rename_collection",
    operations: "- { type: rename_collection, from: posts, to: articles }",
    table: "articles",
    expected: (post) => post,
  },
  {
    name: "drop_field",
    operations: "- { type: drop_field, collection: posts, field: note }",
    expected: (post) => without(post, "note"),
  },
  {
    name: "add_field with a value",
    operations:
      "- { type: add_field, collection: posts, field: kind, definition: { type: string, enum: [a, b] }, fill: a }",
    expected: (post) => ({ ...post, kind: "a" }),
  },
  {
    name: "add_field with an expression",
    operations: `- { type: add_field, collection: posts, field: slug, definition: { type: string, unique: true, pattern: "^[a-z0-9-]+$" }, fill_sql: "replace(title, ' ', '-') || '-' || id -- the slug" }`,
    expected: (post) => ({ ...post, slug: `${String(post["title"]).replace(" ", "-")}-${String(post["id"])}` }),
  },
  {
    name: "change_type by the usual conversion",
    operations: `- { type: change_type, collection: posts, field: views, to: int }
- { type: change_type, collection: posts, field: rating, to: int }
- { type: change_type, collection: posts, field: at, to: timestamp }
- { type: change_type, collection: posts, field: is_live, to: string }`,
    expected: (post) => ({
      ...post,
      views: Number(post["views"]),
      at: `${String(post["at"])}T00:00:00.000Z`,
      is_live: post["is_live"] === 1 ? "true" : "false",
    }),
  },
  {
    name: "change_type by an expression",
    operations: `- { type: change_type, collection: posts, field: rating, to: string, using: "printf('%.1f of %s', rating, title)" }`,
    expected: (post) => ({ ...post, rating: `${Number(post["rating"]).toFixed(1)} of ${String(post["title"])}` }),
  },
  {
    name: "set_nullable with a fill",
    operations: "- { type: set_nullable, collection: posts, field: note, nullable: false, fill: none }",
    expected: (post) => ({ ...post, note: post["note"] ?? "none" }),
  },
  {
    name: "set_nullable back",
    operations: "- { type: set_nullable, collection: posts, field: title, nullable: true }",
    expected: (post) => post,
  },
  {
    name: "set_constraints with a fill",
    operations: `- { type: set_constraints, collection: posts, field: title, set: { maxLength: 7, pattern: "^title [0-9]$" }, fill: title 0 }`,
    expected: (post) => ({ ...post, title: String(post["title"]).length > 7 ? "title 0" : post["title"] }),
  },
  {
    name: "set_constraints that all rows meet",
    operations: "- { type: set_constraints, collection: posts, field: rating, set: { min: 0, unique: true } }",
    expected: (post) => post,
  },
]

describe.each(ways)(`${postCount} documents with relations, $where`, ({ smallRowCountMax }) => {
  test.each(cases)(
    "$name keeps data, keys, indexes and triggers",
    async ({ operations, table = "posts", expected }) => {
      await fill(postCount)
      const comments = rows("SELECT * FROM comments ORDER BY number")
      const seen = Number(rows("SELECT max(seq) AS n FROM _alyx_changes")[0]!["n"])

      const schema = await migrate(operations, smallRowCountMax)

      const fields = [...schema.collections.get(table)!.fields.keys()].map((name) => `"${name}"`).join(", ")
      const found = rows(`SELECT ${fields} FROM ${table} ORDER BY id`)
      expect(found).toHaveLength(postCount)
      expect(found).toEqual(modelPosts(postCount).map(expected))
      expect(rows("SELECT * FROM comments ORDER BY number")).toEqual(comments)
      expect(rows("PRAGMA foreign_key_check")).toEqual([])
      expect(rows("SELECT max(seq) AS n FROM _alyx_changes")).toEqual([{ n: seen }])
      expect(readAppliedSchema(database.temp.database).hash).toBe(schema.hash)
      expect(databaseObjects(database.temp.path)).toEqual(await objectsOfSchema(schema))
      await run(`INSERT INTO comments (post_id, text) VALUES ('p000001', 'next')`)
      const next = Math.floor(postCount / 5) + 1
      expect(rows("SELECT max(number) AS n FROM comments")).toEqual([{ n: next }])
      await run(`DELETE FROM ${table} WHERE id = 'p000005'`)
      expect(rows("SELECT * FROM comments WHERE post_id = 'p000005'")).toEqual([])
      expect(
        rows("SELECT collection, operation FROM _alyx_changes WHERE doc_id = 'p000005' ORDER BY seq DESC LIMIT 1"),
      ).toEqual([{ collection: table, operation: "delete" }])
    },
  )

  test("drop_collection, and sql with its changes in the log", async () => {
    await fill(postCount)
    const seen = Number(rows("SELECT max(seq) AS n FROM _alyx_changes")[0]!["n"])

    const operations = `- type: sql
  up: |
    UPDATE posts SET title = upper(title) WHERE is_live;
    DELETE FROM comments WHERE text LIKE '%0';
  down: ""
- { type: drop_collection, collection: comments }`
    const schema = await migrate(operations, smallRowCountMax)

    const live = Math.ceil(postCount / 2)
    expect(rows("SELECT count(*) AS n FROM posts WHERE title LIKE 'TITLE%' AND title = upper(title)")).toEqual([
      { n: live },
    ])
    expect(rows(`SELECT count(*) AS n FROM _alyx_changes WHERE seq > ${seen} AND operation = 'update'`)).toEqual([
      { n: live },
    ])
    expect(schema.collections.has("comments")).toBe(false)
    expect(databaseObjects(database.temp.path)).toEqual(await objectsOfSchema(schema))
  })

  test.each([
    ["change_type", "- { type: change_type, collection: posts, field: title, to: int }", "NOT_CONVERTIBLE", "p000001"],
    [
      "an expression that does not fit",
      `- { type: change_type, collection: posts, field: title, to: int, using: "iif(id = 'p000007', 'seven', 1)" }`,
      "NOT_CONVERTIBLE",
      "p000007",
    ],
    [
      "set_nullable",
      "- { type: set_nullable, collection: posts, field: note, nullable: false }",
      "NULL_VALUES",
      "p000003",
    ],
    [
      "set_constraints",
      `- { type: set_constraints, collection: posts, field: title, set: { pattern: "^title [0-8]+$" } }`,
      "BROKEN_CONSTRAINT",
      "p000019",
    ],
    [
      "unique",
      "- { type: set_constraints, collection: posts, field: title, set: { unique: true } }",
      "NOT_UNIQUE",
      "p000100",
    ],
    [
      "add_field without a value",
      "- { type: add_field, collection: posts, field: slug, definition: { type: string } }",
      "NO_VALUE",
      "p000001",
    ],
  ])("%s names the documents in the way and changes nothing", async (_name, operations, code, id) => {
    await fill(postCount)
    const before = [
      databaseObjects(database.temp.path),
      rows("SELECT * FROM posts ORDER BY id LIMIT 50"),
      rows("SELECT * FROM _alyx_migrations"),
    ]

    const problems = await refusal(
      `- { type: rename_field, collection: comments, from: text, to: body }\n${operations}`,
      smallRowCountMax,
    )

    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatchObject({ code, at: { file: "migrations/001_change.yaml", line: 3 } })
    expect(problems[0]!.message).toContain(id)
    expect([
      databaseObjects(database.temp.path),
      rows("SELECT * FROM posts ORDER BY id LIMIT 50"),
      rows("SELECT * FROM _alyx_migrations"),
    ]).toEqual(before)
  })
})

test("a rebuilt table goes on with the numbers of its key, as the integers that they are", async () => {
  await fill(20)
  const before = rows("SELECT seq FROM sqlite_sequence WHERE name = 'comments'")

  await migrate("- { type: add_field, collection: comments, field: n, definition: { type: int }, fill: 1 }")

  expect(rows("SELECT seq, typeof(seq) AS kind FROM sqlite_sequence WHERE name = 'comments'")).toEqual([
    { ...before[0], kind: "integer" },
  ])
})

test("a stricter option that is not looked at row by row accuses no document", async () => {
  await fill(20)
  const stricter = requireSchema(schemaText.replace("maxLength: 40", "maxLength: 30"))

  const refused = await applySchema(database.temp.database, stricter, { clock }).catch((error: unknown) => error)

  expect(refused).toMatchObject({ code: "UNSAFE_CHANGES" })
  expect(JSON.stringify((refused as { problems: unknown }).problems)).not.toContain("Documents in the way")
})
