import { readFileSync, readdirSync, statSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"
import path from "node:path"

import { describe, expect, test } from "vitest"

import { parseSchema } from "../../../src/schema/parse.ts"
import { databaseObjects, objectsOfSchema } from "../../helpers/database-objects.ts"
import { openMigrationProject, quietly } from "./migration-project.ts"
import type { MigrationProject } from "./migration-project.ts"
import { openPostsProject, postsSchema, renameTitle, renameTitleFile } from "./posts-project.ts"

async function expectObjectsOf(project: MigrationProject, text: string): Promise<void> {
  const { schema: parsed, problems } = parseSchema(text, "schema.yaml")
  expect(problems).toEqual([])
  expect(databaseObjects(project.databaseFile)).toEqual(await objectsOfSchema(parsed!))
}

describe("a pending file", () => {
  test("is planned, applied with the hash of its plan, and served", async () => {
    const project = await openPostsProject()
    await project.write({ "schema.yaml": postsSchema("headline"), [renameTitleFile]: renameTitle })

    const plan = await project.migrations.plan()
    const response = await project.migrations.apply({ hash: plan.hash, ...quietly })

    expect(plan).toMatchObject({ problems: [], isLossy: false, files: [{ file: renameTitleFile, number: 1 }] })
    expect(plan.changes).toMatchObject([{ file: renameTitleFile, safety: "safe", rowCount: 2, work: "rebuild" }])
    expect(response).toMatchObject({ files: [renameTitleFile], backup: null })
    expect(project.rows("SELECT id, headline FROM posts ORDER BY id")).toEqual([
      { id: "p1", headline: "One" },
      { id: "p2", headline: "Two" },
    ])
    expect(project.schemas.current.collections.get("posts")!.fields.has("headline")).toBe(true)
    await expectObjectsOf(project, postsSchema("headline"))
    const status = await project.migrations.status()
    expect(status).toMatchObject({ pending: [], problems: [] })
    expect(status.applied.map(({ kind, name }) => [kind, name])).toEqual([
      ["schema", "+ users (2 fields) and 1 more"],
      ["file", "rename_title"],
    ])
    await project.run("DELETE FROM users")
    expect(project.rows("SELECT id FROM posts")).toEqual([])
  })

  test("that says nothing yet is neither waited for nor taken for applied", async () => {
    const project = await openPostsProject()
    const wider = postsSchema("title", "      stars: { type: int, default: 1 }\n")
    await project.write({ "schema.yaml": wider, "migrations/001_draft.yaml": "operations: []\n" })

    expect(await project.migrations.reload(() => true)).toMatchObject({ changes: ["+ posts.stars (int)"] })
    expect(await project.migrations.apply(quietly)).toMatchObject({ files: [] })

    expect((await project.migrations.status()).pending).toMatchObject([{ file: "migrations/001_draft.yaml" }])
  })

  test("waits in dev until somebody asks, and the last good schema goes on", async () => {
    const project = await openPostsProject()
    await project.write({ "schema.yaml": postsSchema("headline"), [renameTitleFile]: renameTitle })

    await expect(project.migrations.reload(() => true)).rejects.toMatchObject({ code: "MIGRATIONS_PENDING" })

    expect(project.findings.plan?.files.map(({ file }) => file)).toEqual([renameTitleFile])
    expect(project.findings.problem?.code).toBe("MIGRATIONS_PENDING")
    expect(project.schemas.current.collections.get("posts")!.fields.has("title")).toBe(true)
    expect(readFileSync(project.paths.lastGoodSchemaFile, "utf8")).toBe(postsSchema())
    expect(statSync(project.paths.lastGoodSchemaFile).mode & 0o777).toBe(0o600)

    await project.migrations.apply(quietly)
    expect(project.findings.plan).toBeNull()
    expect(project.findings.problem).toBeNull()
    expect(readFileSync(project.paths.lastGoodSchemaFile, "utf8")).toBe(postsSchema("headline"))
  })

  test("is applied at once with --auto-migrate", async () => {
    const project = await openPostsProject({ isAutomatic: true, files: { "schema.yaml": postsSchema() } })
    await project.write({ "schema.yaml": postsSchema("headline"), [renameTitleFile]: renameTitle })

    const { changes } = await project.migrations.reload(() => true)

    expect(changes).toHaveLength(1)
    expect(project.rows("SELECT headline FROM posts WHERE id = 'p1'")).toEqual([{ headline: "One" }])
  })

  test("stops alyx start, which applies it with --migrate", async () => {
    const before = await openPostsProject()
    await before.write({ "schema.yaml": postsSchema("headline"), [renameTitleFile]: renameTitle })
    await before.stop()

    const stopped = openMigrationProject({ root: before.root, mode: "start" })
    await expect(stopped).rejects.toMatchObject({
      code: "MIGRATIONS_PENDING",
      message: expect.stringContaining(renameTitleFile),
    })
  })

  test("is applied by alyx start --migrate", async () => {
    const before = await openPostsProject()
    await before.write({ "schema.yaml": postsSchema("headline"), [renameTitleFile]: renameTitle })
    await before.stop()

    const started = await openMigrationProject({ root: before.root, mode: "start", isAutomatic: true })

    expect(started.rows("SELECT count(headline) AS n FROM posts")).toEqual([{ n: 2 }])
  })

  test("is noted and not run where the database is new", async () => {
    const project = await openMigrationProject({
      mode: "start",
      files: { "schema.yaml": postsSchema("headline"), [renameTitleFile]: renameTitle },
    })

    const status = await project.migrations.status()
    expect(status.pending).toEqual([])
    await expectObjectsOf(project, postsSchema("headline"))
    await expect(project.migrations.rollback({ count: 1, ...quietly })).rejects.toMatchObject({
      code: "MIGRATION_NOT_REVERSIBLE",
    })
  })

  test("that changed after it was applied is refused", async () => {
    const project = await openPostsProject()
    await project.write({ "schema.yaml": postsSchema("headline"), [renameTitleFile]: renameTitle })
    await project.migrations.apply(quietly)
    await project.write({ [renameTitleFile]: renameTitle.replace("headline", "heading") })

    const refused = project.migrations.apply(quietly)

    await expect(refused).rejects.toMatchObject({
      code: "UNSAFE_CHANGES",
      problems: [{ code: "MIGRATION_CHANGED", at: { file: renameTitleFile } }],
    })
    await expect(project.migrations.reload(() => true)).rejects.toMatchObject({ code: "MIGRATION_INVALID" })
  })
})

describe("a plan", () => {
  test("that was looked at is applied, or nothing is", async () => {
    const project = await openPostsProject()
    await project.write({ "schema.yaml": postsSchema("headline"), [renameTitleFile]: renameTitle })
    const { hash } = await project.migrations.plan()
    await project.write({ "schema.yaml": postsSchema("headline", "  tags: { fields: { name: { type: string } } }\n") })

    await expect(project.migrations.apply({ hash, ...quietly })).rejects.toMatchObject({ code: "PLAN_CHANGED" })

    expect(project.rows("SELECT count(title) AS n FROM posts")).toEqual([{ n: 2 }])
  })

  test("names the change that no file asks for, at its place", async () => {
    const project = await openPostsProject()
    await project.write({ "schema.yaml": postsSchema("headline") })

    const plan = await project.migrations.plan()

    expect(plan.changes.map(({ message, safety }) => [message, safety])).toEqual([
      ["+ posts.headline (string)", "refused"],
      ["- posts.title (string)", "refused"],
    ])
    expect(plan.problems).toMatchObject([
      { code: "ADD_FIELD", at: { file: "schema.yaml", line: 10 } },
      { code: "REMOVE_FIELD" },
    ])
    await expect(project.migrations.apply(quietly)).rejects.toMatchObject({ code: "UNSAFE_CHANGES" })
  })

  test("names the documents in the way of an operation, through renames before it", async () => {
    const project = await openPostsProject()
    await project.run("INSERT INTO posts (id, title) VALUES ('p3', 'no number')")
    const operations = `${renameTitle}  - type: change_type\n    collection: posts\n    field: headline\n    to: int\n`
    await project.write({ [renameTitleFile]: operations })

    const plan = await project.migrations.plan()

    expect(plan.problems[0]).toMatchObject({ code: "NOT_CONVERTIBLE", at: { file: renameTitleFile, line: 6 } })
    expect(plan.problems[0]!.message).toContain("p1, p2, p3")
  })
})

describe("a plan on a large table", () => {
  test("asks a process beside, and names the documents in the way", async () => {
    const project = await openPostsProject()
    await project.run(
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 21000) INSERT INTO posts (id, title) SELECT 'q' || i, i FROM n",
    )
    await project.write({
      "migrations/001_number.yaml":
        "operations:\n  - { type: change_type, collection: posts, field: title, to: int }\n",
      "schema.yaml": postsSchema().replace("type: string, maxLength: 40, index", "type: int, index"),
    })

    const refused = await project.migrations.plan()
    await project.run("DELETE FROM posts WHERE id IN ('p1', 'p2')")
    const plan = await project.migrations.plan()
    const response = await project.migrations.apply({ hash: plan.hash, ...quietly })

    expect(refused.problems.map(({ code }) => code)).toEqual(["NOT_CONVERTIBLE"])
    expect(refused.problems[0]!.message).toContain("Documents in the way: p1, p2.")
    expect(plan).toMatchObject({ problems: [], isLossy: true })
    expect(plan.changes[0]).toMatchObject({ rowCount: 21_000, work: "rebuild" })
    expect(plan.estimateMs).toBeGreaterThan(50)
    expect(response.backup).not.toBeNull()
    expect(project.progress.some(({ message, ratio }) => message === "Changing posts" && ratio !== undefined)).toBe(
      true,
    )
    expect(project.rows("SELECT sum(title) AS sum FROM posts")).toEqual([{ sum: (21_000 * 21_001) / 2 }])
  })
})

describe("in dev an unsafe difference", () => {
  test("is shown as a plan, and goes when the edit is undone", async () => {
    const project = await openPostsProject()
    await project.write({ "schema.yaml": postsSchema("headline") })

    await expect(project.migrations.reload(() => true)).rejects.toMatchObject({ code: "UNSAFE_CHANGES" })
    expect(project.findings.plan?.problems).toHaveLength(2)

    await project.write({ "schema.yaml": readFileSync(project.paths.lastGoodSchemaFile, "utf8") })
    expect(await project.migrations.reload(() => true)).toEqual({ changes: [] })
    expect(project.findings.plan).toBeNull()
    expect(project.findings.problem).toBeNull()
  })
})

describe("a lossy migration", () => {
  test("writes a backup before, which holds what is lost", async () => {
    const project = await openPostsProject()
    await project.write({
      "schema.yaml": postsSchema().replace(/ {6}title.*\n/, ""),
      "migrations/001_drop.yaml": "operations:\n  - { type: drop_field, collection: posts, field: title }\n",
    })

    const { backup } = await project.migrations.apply(quietly)

    const copy = new DatabaseSync(backup!, { readOnly: true })
    expect(copy.prepare("SELECT title FROM posts WHERE id = 'p2'").get()!["title"]).toBe("Two")
    copy.close()
    expect(readdirSync(project.paths.backupsDir)).toEqual([path.basename(backup!)])
    await expect(project.migrations.rollbackPlan({ count: 1 })).resolves.toMatchObject({
      problems: [{ code: "NOT_REVERSIBLE" }],
    })
  })
})

test("a reload that newer files overtake while it plans applies nothing", async () => {
  const project = await openPostsProject({ isAutomatic: true })
  await project.write({ "schema.yaml": postsSchema("headline"), [renameTitleFile]: renameTitle })
  let isCurrent = true

  const overtaken = project.migrations.reload(() => isCurrent)
  isCurrent = false

  expect(await overtaken).toEqual({ changes: [] })
  expect(project.rows("SELECT title FROM posts")).toHaveLength(2)
  expect((await project.migrations.reload(() => true)).changes).toHaveLength(1)
})

describe("a rollback", () => {
  test("undoes the last files on the present schema, and they wait again", async () => {
    const project = await openPostsProject()
    await project.write({ "schema.yaml": postsSchema("headline"), [renameTitleFile]: renameTitle })
    await project.migrations.apply(quietly)
    const tags = "  tags:\n    timestamps: false\n    fields:\n      name: { type: string }\n"
    await project.write({ "schema.yaml": postsSchema("headline", tags) })
    await project.migrations.reload(() => true)

    const plan = await project.migrations.rollbackPlan({ count: 1 })
    const response = await project.migrations.rollback({ count: 1, ...quietly })

    expect(plan).toMatchObject({ problems: [], files: [renameTitleFile] })
    expect(response.files).toEqual([renameTitleFile])
    expect(project.rows("SELECT title FROM posts ORDER BY id")).toEqual([{ title: "One" }, { title: "Two" }])
    await expectObjectsOf(project, postsSchema("title", tags))
    const status = await project.migrations.status()
    expect(status.pending.map(({ file }) => file)).toEqual([renameTitleFile])
    expect(status.applied.map(({ kind, rolledBackAt }) => [kind, rolledBackAt !== null])).toEqual([
      ["schema", false],
      ["file", true],
      ["schema", false],
      ["rollback", false],
    ])
    expect(project.findings.plan?.files).toHaveLength(1)

    await project.migrations.apply(quietly)
    await expectObjectsOf(project, postsSchema("headline", tags))
  })

  test("of what was looked at undoes nothing else when another was faster", async () => {
    const project = await openPostsProject()
    const again = renameTitleFile.replace("001", "002")
    await project.write({ "schema.yaml": postsSchema("headline"), [renameTitleFile]: renameTitle })
    await project.migrations.apply(quietly)
    await project.write({
      "schema.yaml": postsSchema("name"),
      [again]: renameTitle.replaceAll("headline", "name").replaceAll("title", "headline"),
    })
    await project.migrations.apply(quietly)

    const { hash, files } = await project.migrations.rollbackPlan({ count: 1 })
    const both = [1, 2].map(() => project.migrations.rollback({ count: 1, hash, ...quietly }))
    const [first, second] = await Promise.allSettled(both)

    expect(files).toEqual([again])
    expect(first).toMatchObject({ status: "fulfilled", value: { files: [again] } })
    expect(second).toMatchObject({ status: "rejected", reason: { code: "PLAN_CHANGED" } })
    expect(project.rows("SELECT headline FROM posts")).toHaveLength(2)
  })

  test("of more files than were applied is refused", async () => {
    const project = await openPostsProject()

    await expect(project.migrations.rollback({ count: 1, ...quietly })).rejects.toMatchObject({ code: "CONFLICT" })
  })
})
