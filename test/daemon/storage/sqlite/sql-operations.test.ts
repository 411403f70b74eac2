import { describe, expect, test } from "vitest"

import { usePostsDatabase } from "./posts-database.ts"

const database = usePostsDatabase()
const { rows, run, fill, migrate, refusal } = database

describe("the SQL of a migration", () => {
  test.each([
    ["COMMIT", "transactions"],
    ["SAVEPOINT x", "transactions"],
    ["ATTACH ':memory:' AS other", "other databases"],
    ["PRAGMA user_version = 7", "PRAGMA"],
    ["CREATE TABLE mine (a)", "not tables"],
    ["DROP TABLE posts", "not tables"],
    ["ALTER TABLE posts ADD COLUMN x", "not tables"],
    ["DROP TRIGGER _alyx_insert_posts", "not tables"],
    ["DELETE FROM _alyx_changes", "belongs to Alyx"],
    ["UPDATE posts SET title = (SELECT max(value) FROM _alyx_meta)", "belongs to Alyx"],
    ["DELETE FROM sqlite_sequence", "belongs to SQLite"],
    ["UPDATE posts SET missing = 1", "no such column"],
    ["UPDATE posts SET title = 'a'; SELEC 1", "syntax error"],
    ["INSERT OR ROLLBACK INTO users (id, name) VALUES ('u1', 'again')", "UNIQUE"],
  ])("%s is refused, and nothing is changed", async (sql, reason) => {
    await fill(20)
    const before = rows("SELECT * FROM posts")

    const problems = await refusal(`- type: sql\n  up: ${JSON.stringify(sql)}\n  down: ""`)

    expect(problems[0]!.message).toContain(reason)
    expect(problems[0]!.at).toMatchObject({ file: "migrations/001_change.yaml", line: 2 })
    expect(rows("SELECT * FROM posts")).toEqual(before)
    await run("UPDATE posts SET title = 'still writing'")
  })

  test("that leaves a value which its field may not hold is refused, and only for what it changed", async () => {
    await fill(20)
    const moments = `- { type: add_field, collection: posts, field: seen_at, definition: { type: timestamp, nullable: true } }`
    await migrate(moments)
    await run("UPDATE posts SET seen_at = 'long ago' WHERE id = 'p000003'")
    const unfit = `- type: sql\n  up: UPDATE posts SET seen_at = 'yesterday', title = 'seen' WHERE id < 'p000003'\n  down: ""`

    const problems = await refusal(unfit)
    const changes = rows("SELECT count(*) AS count FROM _alyx_changes WHERE changed_fields LIKE '%title%'")
    await migrate(`- type: sql\n  up: UPDATE posts SET title = 'mended'\n  down: ""`)

    expect(problems.map(({ code, message }) => [code, message])).toEqual([
      [
        "UNFIT_VALUES",
        "The SQL leaves values in posts.seen_at that it (timestamp) may not hold. Documents in the way: p000001, p000002.",
      ],
    ])
    expect(changes).toEqual([{ count: 0 }])
    expect(rows("SELECT DISTINCT title FROM posts")).toEqual([{ title: "mended" }])
  })

  test("that leaves references to nothing is refused", async () => {
    await fill(20)

    const problems = await refusal(`- type: sql\n  up: DELETE FROM users WHERE id = 'u1'\n  down: ""`)

    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatchObject({ code: "BROKEN_REFERENCE" })
    expect(problems[0]!.message).toMatch(
      /^\d+ references of posts would lead to documents of users that do not exist\. Documents in the way: p\d+, /,
    )
    expect(rows("SELECT id FROM users")).toHaveLength(10)
  })

  test.each([
    ["(SELECT max(seq) FROM _alyx_changes)", "belongs to Alyx"],
    ["count(*)", "aggregate"],
    ["missing", "no such column"],
  ])("an expression such as %s is refused", async (using, reason) => {
    await fill(20)

    const problems = await refusal(
      `- { type: change_type, collection: posts, field: title, to: int, using: ${JSON.stringify(using)} }`,
    )

    expect(problems[0]!.message).toContain(reason)
  })
})

describe("what another program made", () => {
  test("follows a rename of a field and of a collection", async () => {
    await fill(20)
    await database.temp.database.exclusive((connection) =>
      connection.execute(
        "CREATE INDEX by_hand ON posts (title, at); CREATE VIEW titles AS SELECT title FROM posts; CREATE TABLE seen (t) STRICT".replace(
          "seen (t)",
          "seen (t TEXT)",
        ) +
          "; CREATE TRIGGER by_hand_too AFTER UPDATE OF title ON posts BEGIN INSERT INTO seen VALUES (NEW.title); END",
      ),
    )

    await migrate(`- { type: rename_field, collection: posts, from: title, to: headline }
- { type: rename_collection, from: posts, to: articles }`)
    await run("UPDATE articles SET headline = 'new' WHERE id = 'p000001'")

    expect(rows("SELECT t FROM seen")).toEqual([{ t: "new" }])
    expect(rows("SELECT count(*) AS n FROM titles")).toEqual([{ n: 20 }])
    expect(rows("PRAGMA index_info(by_hand)").map(({ name }) => name)).toEqual(["headline", "at"])
  })

  test("refuses a drop of the field that it needs", async () => {
    await fill(20)
    await database.temp.database.exclusive((connection) => connection.execute("CREATE INDEX by_hand ON posts (note)"))

    const problems = await refusal("- { type: drop_field, collection: posts, field: note }")

    expect(problems[0]).toMatchObject({ code: "OTHER_OBJECT" })
    expect(rows("SELECT count(note) AS n FROM posts")).toEqual([{ n: 14 }])
  })
})
