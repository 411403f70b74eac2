import { DatabaseSync } from "node:sqlite"
import { afterEach, beforeEach, describe, expect, test } from "vitest"

import type { AlyxError } from "../../../../src/errors.ts"
import { progressLine } from "../../../../src/daemon/served/schema-progress.ts"
import { sqlQuery } from "../../../../src/daemon/storage/database.ts"
import type { Row } from "../../../../src/daemon/storage/database.ts"
import { applySchema, readAppliedSchema } from "../../../../src/daemon/storage/sqlite/apply-schema.ts"
import { planFrom } from "../../../../src/daemon/storage/sqlite/plan-schema.ts"
import { makeSchema } from "../../../../src/schema/make-schema.ts"
import type { Collection, Field, Index } from "../../../../src/schema/schema.ts"
import { buildCollection, buildField } from "../build-schema.ts"
import { openTempDatabase } from "../open-temp-database.ts"
import type { TempDatabase } from "../open-temp-database.ts"

let temp: TempDatabase

beforeEach(async () => {
  temp = await openTempDatabase()
})

afterEach(() => temp.remove())

const clock = { now: () => Date.parse("2026-05-04T03:02:01.000Z") }

const apply = (...collections: readonly Collection[]): Promise<{ readonly changes: readonly string[] }> =>
  applySchema(temp.database, makeSchema(collections), { clock })

const run = (sql: string, ...parameters: readonly unknown[]): Promise<unknown> =>
  temp.database.write((transaction) => transaction.run(sqlQuery(sql, parameters)))

const rows = (sql: string): Row[] =>
  temp.database.read((reader) => reader.all(sqlQuery(sql))).map((row) => ({ ...row }))

const insertPosts = (count: number): Promise<unknown> =>
  run(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count}) ` +
      "INSERT INTO posts (id, title) SELECT 'p' || i, 'title' FROM n",
  )

const refusal = (...collections: readonly Collection[]): Promise<AlyxError> =>
  apply(...collections).then(
    () => Promise.reject(new Error("The change was applied.")),
    (error: unknown) => error as AlyxError,
  )

const users = buildCollection("users", [buildField("name")])
const posts = (fields: readonly Field[] = [], indexes: readonly Index[] = []): Collection =>
  buildCollection(
    "posts",
    [
      buildField("title", { maxLength: 10 }),
      buildField("author_id", {
        type: "uuid",
        nullable: true,
        references: { collection: "users", field: "id", onDelete: "cascade" },
      }),
      ...fields,
    ],
    indexes,
  )

const kinds = (...values: readonly string[]): Collection =>
  buildCollection("posts", [buildField("title"), buildField("kind", { nullable: true, enum: values })])

const rootPage = (): unknown => rows("SELECT rootpage FROM sqlite_schema WHERE name = 'posts'")[0]!["rootpage"]

const counted = (nullable: boolean): Collection =>
  buildCollection("events", [
    buildField("number", { type: "int", primary: true, default: { kind: "auto" } }),
    buildField("text", { nullable }),
  ])

async function startWithTwoPosts(): Promise<void> {
  await apply(users, posts())
  await run("INSERT INTO users (id, name) VALUES ('u1', 'Ada')")
  await run("INSERT INTO posts (id, title, author_id) VALUES ('p1', 'same', 'u1'), ('p2', 'same', 'u1')")
}

describe("applySchema", () => {
  test("makes the tables of a new schema and writes the history", async () => {
    const { changes } = await apply(users, posts())

    expect(changes).toEqual(["+ users (2 fields)", "+ posts (3 fields)"])
    expect(rows("SELECT version, name, checksum, applied_at FROM _alyx_migrations")).toEqual([
      {
        version: "schema-1",
        name: "+ users (2 fields) and 1 more",
        checksum: makeSchema([users, posts()]).hash,
        applied_at: "2026-05-04T03:02:01.000Z",
      },
    ])
    expect(readAppliedSchema(temp.database).hash).toBe(makeSchema([users, posts()]).hash)
  })

  test("does nothing when nothing changed", async () => {
    await apply(users, posts())

    expect(await apply(users, posts())).toEqual({ changes: [] })
    expect(rows("SELECT version FROM _alyx_migrations")).toHaveLength(1)
  })

  test("adds fields: nullable, with a literal, with the time of the migration, each row its own id", async () => {
    await startWithTwoPosts()

    await apply(
      users,
      posts([
        buildField("note", { nullable: true }),
        buildField("views", { type: "int", default: { kind: "literal", value: 7 } }),
        buildField("seen_at", { type: "timestamp", default: { kind: "now" } }),
        buildField("token", { type: "uuid", unique: true, default: { kind: "auto" } }),
      ]),
    )

    const [first, second] = rows("SELECT * FROM posts ORDER BY id")
    expect(first).toMatchObject({ id: "p1", title: "same", note: null, views: 7, seen_at: "2026-05-04T03:02:01.000Z" })
    expect(String(first!["token"]).replace("-", "").slice(0, 12)).toBe(clock.now().toString(16).padStart(12, "0"))
    expect(first!["token"]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(second!["token"]).not.toBe(first!["token"])
  })

  test("adds a column without touching the rows when SQLite can, and rebuilds when it cannot", async () => {
    await startWithTwoPosts()
    const before = rootPage()

    await apply(users, posts([buildField("note", { nullable: true, maxLength: 5 })]))

    expect(rootPage()).toBe(before)
    await expect(run("UPDATE posts SET note = '123456'")).rejects.toMatchObject({ code: "VALIDATION_ERROR" })
  })

  test("loosens a constraint and keeps rows, keys, indexes, triggers and references", async () => {
    await startWithTwoPosts()
    await run("CREATE INDEX by_hand ON posts (title, id)")
    await run("CREATE VIEW titles AS SELECT title FROM posts")
    const looser = buildCollection("posts", [buildField("title", { maxLength: 20 }), posts().fields.get("author_id")!])

    await apply(users, looser)

    await run("UPDATE posts SET title = '12345678901' WHERE id = 'p1'")
    expect(rows("SELECT title FROM titles ORDER BY title")).toEqual([{ title: "12345678901" }, { title: "same" }])
    expect(rows("SELECT name FROM sqlite_schema WHERE name = 'by_hand'")).toHaveLength(1)
    expect(rows("SELECT operation, changed_fields FROM _alyx_changes ORDER BY seq DESC LIMIT 1")).toEqual([
      { operation: "update", changed_fields: '["title"]' },
    ])
    await expect(run("INSERT INTO posts (title, author_id) VALUES ('x', 'nobody')")).rejects.toMatchObject({
      code: "REFERENCE_CONFLICT",
    })
    await run("DELETE FROM users")
    expect(rows("SELECT * FROM posts")).toEqual([])
  })

  test("rebuilds the target of references without deleting what points to it", async () => {
    await startWithTwoPosts()

    await apply(buildCollection("users", [buildField("name", { nullable: true })]), posts())

    expect(rows("SELECT id FROM posts")).toHaveLength(2)
    expect(rows("PRAGMA foreign_key_check")).toEqual([])
    await run("DELETE FROM users")
    expect(rows("SELECT id FROM posts")).toEqual([])
  })

  test("keeps counting where an automatic key was, also after a rebuild", async () => {
    await apply(counted(false))
    await run("INSERT INTO events (text) VALUES ('a'), ('b'), ('c')")
    await run("DELETE FROM events WHERE number > 1")

    await apply(counted(true))
    await run("INSERT INTO events (text) VALUES ('d')")

    expect(rows("SELECT number FROM events ORDER BY number")).toEqual([{ number: 1 }, { number: 4 }])
  })

  test("refuses what would lose data, lists all of it, and applies nothing", async () => {
    await startWithTwoPosts()

    const error = await refusal(
      buildCollection("posts", [buildField("title", { maxLength: 3 }), buildField("slug")]),
      buildCollection("pages", [buildField("title")]),
    )

    expect(error).toMatchObject({ code: "UNSAFE_CHANGES" })
    expect(error.problems.map((problem) => problem.code).toSorted()).toEqual([
      "ADD_FIELD",
      "CHANGE_OPTION",
      "REMOVE_COLLECTION",
      "REMOVE_FIELD",
    ])
    expect(error.problems.every((problem) => problem.next !== undefined)).toBe(true)
    expect(rows("SELECT name FROM sqlite_schema WHERE name = 'pages'")).toEqual([])
  })

  test("allows what is strict on an empty table", async () => {
    await apply(users, posts())

    await apply(users, posts([buildField("slug", { minLength: 3 })]))

    await expect(run("INSERT INTO posts (title) VALUES ('x')")).rejects.toMatchObject({ code: "VALIDATION_ERROR" })
  })

  test("adds a unique index when the rows differ, else names the documents in the way", async () => {
    await startWithTwoPosts()
    const byTitle: Index = { name: "by_title", fields: [{ name: "title", order: "asc" }], unique: true, at: null }

    const error = await refusal(users, posts([], [byTitle]))
    await run("UPDATE posts SET title = 'other' WHERE id = 'p2'")
    await apply(users, posts([], [byTitle]))

    expect(error.problems).toHaveLength(1)
    expect(error.problems[0]!.message).toContain("p1, p2")
    await expect(run("INSERT INTO posts (title) VALUES ('other')")).rejects.toMatchObject({ code: "UNIQUE_CONFLICT" })
  })

  test("refuses a unique field with one default for several rows", async () => {
    await startWithTwoPosts()

    const error = await refusal(
      users,
      posts([buildField("slug", { unique: true, default: { kind: "literal", value: "x" } })]),
    )

    expect(error.problems[0]!.code).toBe("ADD_FIELD")
  })

  test("refuses names that another program took", async () => {
    await temp.database.exclusive((connection) => connection.execute("CREATE TABLE posts (a)"))

    const error = await refusal(users, posts())

    expect(error.problems.map((problem) => problem.code)).toEqual(["NAME_TAKEN"])
  })

  test("lets an index name move from one collection to another", async () => {
    const index: Index = { name: "moving", fields: [{ name: "id", order: "desc" }], unique: false, at: null }
    await apply(users, posts([], [index]))

    await apply(buildCollection("users", [buildField("name")], [index]), posts())

    expect(rows("SELECT tbl_name FROM sqlite_schema WHERE name = 'moving'")).toEqual([{ tbl_name: "users" }])
  })

  test("puts back triggers and indexes that somebody dropped", async () => {
    await apply(users, posts())
    await run("DROP TRIGGER _alyx_insert_users")
    await run('DROP INDEX "_alyx_reference_posts.author_id"')

    await apply(users, posts())

    expect(rows("SELECT name FROM sqlite_schema WHERE name LIKE '\\_alyx\\_%\\_users' ESCAPE '\\'")).toHaveLength(5)
    expect(rows("SELECT name FROM sqlite_schema WHERE name LIKE '%posts.author%'")).toHaveLength(1)
  })

  test("changes a large table in a process beside: reads go on, writes wait, and the log sees nothing", async () => {
    await apply(users, posts())
    await insertPosts(25_000)
    const progress: string[] = []
    const looser = buildCollection("posts", [
      buildField("title", { maxLength: 20 }),
      posts().fields.get("author_id")!,
      buildField("token", { type: "uuid", unique: true, default: { kind: "auto" } }),
    ])

    const applied = applySchema(temp.database, makeSchema([users, looser]), {
      clock,
      onProgress: (told) =>
        progress.push(`${progressLine(told)} ${Number(rows("SELECT count(*) AS n FROM posts")[0]!["n"])}`),
    })
    const written = run("INSERT INTO posts (id, title) VALUES ('late', '12345678901')")
    await Promise.all([applied, written])

    expect(progress.slice(0, 5)).toEqual([0, 20, 40, 60, 80].map((percent) => `Changing posts: ${percent} % 25000`))
    expect(progress[5]).toBe("Making the index unique_posts_token of posts: 0 % 25000")
    expect(rows("SELECT count(DISTINCT token) AS n, count(*) AS m FROM posts")).toEqual([{ n: 25_001, m: 25_001 }])
    expect(rows("SELECT max(seq) AS n FROM _alyx_changes")).toEqual([{ n: 25_001 }])
  })

  test("leaves a large table as it was when the process's migration is refused", async () => {
    await apply(users, posts())
    await insertPosts(25_000)
    await temp.database.exclusive((connection) => {
      connection.execute("PRAGMA foreign_keys = OFF; UPDATE posts SET author_id = 'nobody' WHERE id = 'p7'")
      connection.execute("PRAGMA foreign_keys = ON")
    })
    const looser = buildCollection("posts", [buildField("title"), posts().fields.get("author_id")!])

    const error = await refusal(users, looser)

    expect(error).toMatchObject({ code: "UNSAFE_CHANGES", problems: [{ code: "BROKEN_REFERENCE" }] })
    expect(readAppliedSchema(temp.database).hash).toBe(makeSchema([users, posts()]).hash)
    await run("INSERT INTO posts (id, title) VALUES ('after', 'title')")
  })

  test("looks in the process whether the documents of a large table fit", async () => {
    await apply(users, posts())
    await insertPosts(100_000)
    await run("UPDATE posts SET title = id")
    await run("UPDATE posts SET title = 'same' WHERE id IN ('p7', 'p70000')")
    const unique = posts().fields.get("title")!
    let reads = 0
    const reader = setInterval(() => {
      reads += rows("SELECT id FROM posts WHERE id = 'p7'").length
    }, 1)

    const error = await refusal(
      users,
      buildCollection("posts", [{ ...unique, unique: true }, posts().fields.get("author_id")!]),
    )
    clearInterval(reader)

    expect(error.problems.map(({ message }) => message)).toEqual([expect.stringContaining("p7, p70000")])
    expect(reads).toBeGreaterThan(10)
  })

  test("changes a large table in a process beside also when no change of the schema says so", async () => {
    const progress: string[] = []
    const follow = (collection: Collection): Promise<{ readonly changes: readonly string[] }> =>
      applySchema(temp.database, makeSchema([collection]), {
        clock,
        onProgress: (told) => progress.push(progressLine(told)),
      })
    await follow(kinds("a", "b"))
    await insertPosts(25_000)

    const reordered = await follow(kinds("b", "a"))
    await run("DROP TRIGGER _alyx_insert_posts")
    const mended = await follow(kinds("b", "a"))
    await follow(kinds("b", "a"))

    expect([reordered, mended]).toEqual([{ changes: [] }, { changes: [] }])
    expect(progress.at(0)).toBe("Changing posts: 0 %")
    expect(progress.filter((line) => line.includes("_alyx_"))).toEqual([])
    expect(rows("SELECT name FROM sqlite_schema WHERE name = '_alyx_insert_posts'")).toHaveLength(1)
  })

  test("waits for another process that holds the write lock for a moment", async () => {
    const other = new DatabaseSync(temp.path)
    other.exec("BEGIN IMMEDIATE")

    const applied = apply(users)
    await new Promise((resolve) => setTimeout(resolve, 100))
    other.exec("COMMIT")
    other.close()

    expect(await applied).toEqual({ changes: ["+ users (2 fields)"] })
  })

  test("lets writes that came meanwhile go on afterwards", async () => {
    await apply(users)

    const applied = apply(users, posts())
    const written = run("INSERT INTO users (id, name) VALUES ('u1', 'Ada')")
    await Promise.all([applied, written])

    expect(rows("SELECT name FROM users")).toEqual([{ name: "Ada" }])
  })
})

describe("planFrom", () => {
  test("says what would be done and writes nothing", async () => {
    await apply(users)

    const plan = temp.database.read((reader) => planFrom(reader, makeSchema([users, posts()])))

    expect(plan.changes.map((change) => change.message)).toEqual(["+ posts (3 fields)"])
    expect(plan.problems).toEqual([])
    expect(rows("SELECT name FROM sqlite_schema WHERE name = 'posts'")).toEqual([])
  })
})

describe("a table that another program dropped", () => {
  test("is made again, and that is said", async () => {
    await apply(users, posts())
    await run("DROP TABLE posts")

    expect([...readAppliedSchema(temp.database).collections.keys()]).toEqual(["users"])
    expect((await apply(users, posts())).changes).toEqual([expect.stringContaining("posts")])
    await run("INSERT INTO posts (title) VALUES ('again')")
    expect(rows("SELECT title FROM posts")).toEqual([{ title: "again" }])
  })

  test("does not keep a table that references it from being served", async () => {
    await apply(users, posts())
    await temp.database.exclusive((connection) => {
      connection.execute("PRAGMA foreign_keys = OFF; DROP TABLE users; PRAGMA foreign_keys = ON")
    })

    expect((await apply(users, posts())).changes).toEqual([expect.stringContaining("users")])
  })
})
