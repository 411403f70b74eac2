import { afterEach, describe, expect, test } from "vitest"

import { sqlQuery } from "../../../../src/daemon/storage/database.ts"
import type { Row } from "../../../../src/daemon/storage/database.ts"
import { buildCollection, buildField, buildSchema } from "../build-schema.ts"
import { openTempDatabase } from "../open-temp-database.ts"
import type { TempDatabase } from "../open-temp-database.ts"

const users = buildCollection("users", [
  buildField("email", { unique: true }),
  buildField("role", { default: { kind: "literal", value: "user" }, enum: ["user", "o'brien"] }),
])
const posts = buildCollection("posts", [
  buildField("title", { minLength: 2, maxLength: 5 }),
  buildField("views", { type: "int", min: 0, max: 10, default: { kind: "literal", value: 0 } }),
  buildField("published", { type: "bool", default: { kind: "literal", value: false } }),
  buildField("tags", { type: "json", nullable: true }),
  buildField("picture", { type: "blob", nullable: true, maxLength: 3 }),
  buildField("author_id", { type: "uuid", references: { collection: "users", field: "id", onDelete: "cascade" } }),
  buildField("created_at", { type: "timestamp", default: { kind: "now" } }),
])
const badges = buildCollection("badges", [
  buildField("number", { type: "int", primary: true, default: { kind: "auto" } }),
  buildField("user_id", { type: "uuid", references: { collection: "users", field: "id", onDelete: "restrict" } }),
])

let temp: TempDatabase

async function open(): Promise<void> {
  temp = await openTempDatabase({ schema: buildSchema(users, posts, badges) })
  await run("INSERT INTO users (id, email) VALUES ('u1', 'a@example.org')")
}

afterEach(() => temp.remove())

function run(sql: string, ...parameters: readonly unknown[]): Promise<unknown> {
  return temp.database.write((transaction) => transaction.run(sqlQuery(sql, parameters)), { requestId: "req-1" })
}

function rows(sql: string): Row[] {
  return temp.database.read((reader) => reader.all(sqlQuery(sql))).map((row) => ({ ...row }))
}

function insertUser(email: string, requestId: string): Promise<unknown> {
  const query = sqlQuery("INSERT INTO users (email) VALUES (?)", [email])
  return temp.database.write((transaction) => transaction.run(query), { requestId })
}

describe("a table", () => {
  const refusals: readonly [what: string, sql: string, code: string, details: object | undefined][] = [
    [
      "a short text",
      "INSERT INTO posts (title, author_id) VALUES ('x', 'u1')",
      "VALIDATION_ERROR",
      { collection: "posts", fields: { title: [{ code: "TOO_SHORT" }] } },
    ],
    [
      "a long text",
      "INSERT INTO posts (title, author_id) VALUES ('xxxxxx', 'u1')",
      "VALIDATION_ERROR",
      { collection: "posts", fields: { title: [{ code: "TOO_LONG" }] } },
    ],
    [
      "a missing value",
      "INSERT INTO posts (author_id) VALUES ('u1')",
      "VALIDATION_ERROR",
      { collection: "posts", fields: { title: [{ code: "NOT_NULLABLE" }] } },
    ],
    [
      "a number over the maximum",
      "INSERT INTO posts (title, author_id, views) VALUES ('xx', 'u1', 11)",
      "VALIDATION_ERROR",
      { collection: "posts", fields: { views: [{ code: "TOO_LARGE" }] } },
    ],
    [
      "a bool that is none",
      "INSERT INTO posts (title, author_id, published) VALUES ('xx', 'u1', 2)",
      "VALIDATION_ERROR",
      { collection: "posts", fields: { published: [{ code: "WRONG_TYPE" }] } },
    ],
    [
      "text in an int",
      "INSERT INTO posts (title, author_id, views) VALUES ('xx', 'u1', 'many')",
      "VALIDATION_ERROR",
      { collection: "posts", fields: { views: [{ code: "WRONG_TYPE" }] } },
    ],
    [
      "broken JSON",
      "INSERT INTO posts (title, author_id, tags) VALUES ('xx', 'u1', '{')",
      "VALIDATION_ERROR",
      { collection: "posts", fields: { tags: [{ code: "WRONG_TYPE" }] } },
    ],
    [
      "a long blob",
      "INSERT INTO posts (title, author_id, picture) VALUES ('xx', 'u1', x'01020304')",
      "VALIDATION_ERROR",
      { collection: "posts", fields: { picture: [{ code: "TOO_LONG" }] } },
    ],
    [
      "a word outside the enum",
      "INSERT INTO users (email, role) VALUES ('b', 'king')",
      "VALIDATION_ERROR",
      { collection: "users", fields: { role: [{ code: "NOT_IN_ENUM" }] } },
    ],
    [
      "a value twice in a unique field",
      "INSERT INTO users (email) VALUES ('a@example.org')",
      "UNIQUE_CONFLICT",
      { collection: "users", fields: ["email"] },
    ],
    [
      "the same key twice",
      "INSERT INTO users (id, email) VALUES ('u1', 'c')",
      "UNIQUE_CONFLICT",
      { collection: "users", fields: ["id"] },
    ],
    [
      "a reference to nothing",
      "INSERT INTO posts (title, author_id) VALUES ('xx', 'u2')",
      "REFERENCE_CONFLICT",
      undefined,
    ],
  ]

  for (const [what, sql, code, details] of refusals) {
    test(`refuses ${what}, and says which field`, async () => {
      await open()

      const error: unknown = await run(sql).catch((reason: unknown) => reason)

      expect(error).toMatchObject({ code, details })
    })
  }

  test("refuses to delete what a restricting reference points to", async () => {
    await open()
    await run("INSERT INTO badges (user_id) VALUES ('u1')")

    await expect(run("DELETE FROM users")).rejects.toMatchObject({ code: "REFERENCE_CONFLICT" })
  })

  test("fills defaults for rows that another program writes", async () => {
    await open()

    await run("INSERT INTO posts (title, author_id) VALUES ('xx', 'u1')")

    const [row] = rows("SELECT * FROM posts")
    expect(row).toMatchObject({ views: 0, published: 0, tags: null })
    expect(row!["id"]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(Math.abs(Date.parse(String(row!["created_at"])) - Date.now())).toBeLessThan(60_000)
  })

  test("never gives a counted key twice", async () => {
    await open()
    await run("INSERT INTO badges (user_id) VALUES ('u1'), ('u1')")
    await run("DELETE FROM badges")

    await run("INSERT INTO badges (user_id) VALUES ('u1')")

    expect(rows("SELECT number FROM badges")).toEqual([{ number: 3 }])
  })

  test("finds referencing rows by an index", async () => {
    await open()

    const plan = rows("EXPLAIN QUERY PLAN SELECT * FROM posts WHERE author_id = 'u1'")

    expect(String(plan[0]!["detail"])).toContain("SEARCH posts USING INDEX")
  })
})

describe("the change log", () => {
  test("records inserts, updates with the changed fields, and deletes, with the request", async () => {
    await open()
    await run("INSERT INTO posts (id, title, author_id, picture) VALUES ('p1', 'xx', 'u1', x'0102')")
    await run("UPDATE posts SET title = 'yy', tags = '[1]', views = 0")
    await run("DELETE FROM posts")

    const changes = rows("SELECT * FROM _alyx_changes WHERE collection = 'posts' ORDER BY seq")
    expect(changes).toMatchObject([
      { operation: "insert", doc_id: "p1", changed_fields: null, before: null, request_id: "req-1" },
      { operation: "update", doc_id: "p1", changed_fields: '["title","tags"]', request_id: "req-1" },
      { operation: "delete", doc_id: "p1", changed_fields: null, request_id: "req-1" },
    ])
    expect(JSON.parse(String(changes[1]!["before"]))).toMatchObject({ id: "p1", title: "xx", tags: null, picture: 2 })
    expect(JSON.parse(String(changes[2]!["before"]))).toMatchObject({ title: "yy", tags: "[1]" })
  })

  test("sees what a delete cascades to", async () => {
    await open()
    await run("INSERT INTO posts (id, title, author_id) VALUES ('p1', 'xx', 'u1')")

    await run("DELETE FROM users")

    expect(
      rows("SELECT collection, operation FROM _alyx_changes WHERE operation = 'delete' ORDER BY collection"),
    ).toEqual([
      { collection: "posts", operation: "delete" },
      { collection: "users", operation: "delete" },
    ])
  })

  test("tells the requests of one group apart", async () => {
    await open()

    await Promise.all(
      [insertUser("1", "a"), insertUser("2", "b"), insertUser("1", "c"), insertUser("3", "d")].map((write) =>
        write.catch(() => undefined),
      ),
    )

    expect(rows("SELECT request_id FROM _alyx_changes WHERE seq > 1 ORDER BY seq")).toEqual([
      { request_id: "a" },
      { request_id: "b" },
      { request_id: "d" },
    ])
  })
})
