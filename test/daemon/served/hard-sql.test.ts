import { describe, expect, test } from "vitest"

import { openMigrationProject, quietly } from "./migration-project.ts"
import type { MigrationProject } from "./migration-project.ts"

const schema = `version: 1
collections:
  users:
    timestamps: false
    fields:
      name: { type: string }
  posts:
    timestamps: false
    fields:
      title: { type: string }
      author_id: { type: uuid, references: users.id }
`

const userId = "0190a1b2-0000-7000-8000-000000000001"

async function withPost(files: Readonly<Record<string, string>>): Promise<MigrationProject> {
  const project = await openMigrationProject({ files: { "schema.yaml": schema } })
  await project.run(`INSERT INTO users (id, name) VALUES ('${userId}', 'Ada')`)
  await project.run(`INSERT INTO posts (id, title, author_id) VALUES ('p1', 'One', '${userId}')`)
  await project.write(files)
  return project
}

const fileOf = (...operations: readonly object[]): string =>
  `operations:\n${operations.map((operation) => `  - ${JSON.stringify(operation)}\n`).join("")}`

const addField = (fillSql: string, definition: object = { type: "string", nullable: true }): object => ({
  type: "add_field",
  collection: "posts",
  field: "more",
  definition,
  fill_sql: fillSql,
})

/** Applies the pending files alone: what is left to schema.yaml is put there as it then has to be. */
async function applyWith(project: MigrationProject, text: string): Promise<void> {
  await project.write({ "schema.yaml": text })
  await project.migrations.apply(quietly)
}

describe("files that are pending together", () => {
  const more = "      more: { type: string, nullable: true }\n"
  const renamedTitle = { type: "rename_field", collection: "posts", from: "title", to: "headline" }

  test.each([
    {
      name: "a column of the table itself, by its full name",
      first: renamedTitle,
      expression: "lower(posts.headline)",
      after: schema.replace("title:", "headline:") + more,
      value: "one",
    },
    {
      name: "rows of another table, from a renamed column",
      first: renamedTitle,
      expression: "(SELECT count(*) || '' FROM users WHERE users.id = posts.author_id)",
      after: schema.replace("title:", "headline:") + more,
      value: "1",
    },
    {
      name: "a table that a file before renames",
      first: { type: "rename_collection", from: "users", to: "people" },
      expression: "(SELECT name FROM people WHERE people.id = author_id)",
      after: schema.replace("users:", "people:").replace("users.id", "people.id") + more,
      value: "Ada",
    },
    {
      name: "a column of another table that a file before renames",
      first: { type: "rename_field", collection: "users", from: "name", to: "full" },
      expression: "(SELECT full FROM users u WHERE u.id = author_id)",
      after: schema.replace("name:", "full:") + more,
      value: "Ada",
    },
  ])("may ask for $name", async ({ first, expression, after, value }) => {
    const project = await withPost({
      "migrations/001_first.yaml": fileOf(first),
      "migrations/002_second.yaml": fileOf(addField(expression)),
    })

    await applyWith(project, after)

    expect(project.rows("SELECT more FROM posts")).toEqual([{ more: value }])
  })

  test("are still judged where the names are known", async () => {
    const project = await withPost({
      "migrations/001_first.yaml": fileOf(renamedTitle),
      "migrations/002_second.yaml": fileOf(addField("lower(title)")),
    })

    const { problems } = await project.migrations.plan()

    expect(problems).toMatchObject([{ code: "SQL_FAILED", message: expect.stringContaining("no such column: title") }])
  })
})

describe("SQL with a place for a value", () => {
  test.each(["UPDATE users SET name = :name", "UPDATE users SET name = ?", "SELECT 'a:b', @x", "SELECT /* ? */ $x"])(
    "%s is refused when it is planned",
    async (up) => {
      const project = await withPost({ "migrations/001_sql.yaml": fileOf({ type: "sql", up, down: "" }) })

      const { problems } = await project.migrations.plan()

      expect(problems).toMatchObject([
        { code: "SQL_REFUSED", message: expect.stringContaining("stands for a value that nobody gives") },
      ])
    },
  )

  test("is refused in an expression too, and no text, name or comment is taken for one", async () => {
    const project = await withPost({ "migrations/001_sql.yaml": fileOf(addField("?1")) })

    const { problems } = await project.migrations.plan()
    await project.write({ "migrations/001_sql.yaml": fileOf(addField("'a ? ''b'' :c' /* ? */ -- $x")) })
    await applyWith(project, `${schema}      more: { type: string, nullable: true }\n`)

    expect(problems).toMatchObject([{ code: "SQL_REFUSED" }])
    expect(project.rows("SELECT more FROM posts")).toEqual([{ more: "a ? 'b' :c" }])
  })
})

test.each([
  "WITH x AS (SELECT value FROM _alyx_meta) UPDATE users SET name = (SELECT value FROM x LIMIT 1)",
  "WITH _alyx_insert_x AS (SELECT value FROM _alyx_meta) UPDATE users SET name = (SELECT value FROM _alyx_insert_x LIMIT 1)",
])("what belongs to Alyx is not read by another name: %s", async (up) => {
  const project = await withPost({ "migrations/001_sql.yaml": fileOf({ type: "sql", up, down: "" }) })

  await expect(project.migrations.apply(quietly)).rejects.toMatchObject({
    problems: [{ code: "SQL_REFUSED", message: expect.stringContaining("belongs to Alyx") }],
  })

  expect(project.rows("SELECT name FROM users")).toEqual([{ name: "Ada" }])
})

test("an expression that gives another value when the rows are copied stores none that the field cannot hold", async () => {
  const definition = { type: "string", pattern: "^[0-4]", nullable: true }
  const isCopying = "SELECT 1 FROM sqlite_schema WHERE name = '_alyx_new_posts'"
  const project = await withPost({
    "migrations/001_sql.yaml": fileOf(addField(`iif(EXISTS (${isCopying}), '8', '1')`, definition)),
    "schema.yaml": `${schema}      more: { type: string, pattern: "^[0-4]", nullable: true }\n`,
  })

  await expect(project.migrations.apply(quietly)).rejects.toMatchObject({
    problems: [{ code: "UNFIT_FILL", message: expect.stringContaining("Documents in the way: p1.") }],
  })

  expect(project.rows("SELECT * FROM posts")).toEqual([{ id: "p1", title: "One", author_id: userId }])
})
