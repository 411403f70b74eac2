import { chmodSync, existsSync, readFileSync, readlinkSync, renameSync, statSync, symlinkSync } from "node:fs"
import path from "node:path"

import { describe, expect, test } from "vitest"

import { stageFiles } from "../../../src/daemon/served/incoming-files.ts"
import { runMigration } from "../../../src/daemon/storage/sqlite/run-migration.ts"
import { parseMigration } from "../../../src/schema/migrations/parse-migration.ts"
import { parseSchema } from "../../../src/schema/parse.ts"
import { openMigrationProject, quietly } from "./migration-project.ts"
import type { MigrationProject } from "./migration-project.ts"

const schema = (title = "title", more = ""): string => `version: 1
collections:
  users:
    timestamps: false
    fields:
      name: { type: string }
  posts:
    timestamps: false
    fields:
      ${title}: { type: string, maxLength: 40, index: true }
      author_id: { type: uuid, nullable: true, references: users.id, onDelete: cascade }
${more}`

const rename = `operations:
  - type: rename_field
    collection: posts
    from: title
    to: headline
`

const renameFile = "migrations/001_rename_title.yaml"

async function withPosts(options: Parameters<typeof openMigrationProject>[0] = {}): Promise<MigrationProject> {
  const project = await openMigrationProject({ files: { "schema.yaml": schema() }, ...options })
  await project.run("INSERT INTO users (id, name) VALUES ('u1', 'Ada')")
  await project.run("INSERT INTO posts (id, title, author_id) VALUES ('p1', 'One', 'u1'), ('p2', 'Two', 'u1')")
  return project
}

describe("files that come with a request", () => {
  const request = { schema: schema("headline"), migrations: [{ file: "001_rename_title.yaml", text: rename }] }

  test("are planned, applied, and then the project's", async () => {
    const project = await withPosts()

    const plan = await project.migrations.planFor(request)
    expect(existsSync(path.join(project.root, renameFile))).toBe(false)
    await project.migrations.applyFor({ ...request, apply: plan.hash }, quietly)

    expect(readFileSync(path.join(project.root, renameFile), "utf8")).toBe(rename)
    expect(readFileSync(project.paths.schemaFile, "utf8")).toBe(schema("headline"))
    expect(existsSync(path.join(project.paths.stateDir, "incoming"))).toBe(false)
    expect(await project.migrations.reload(() => true)).toEqual({ changes: [] })
  })

  test("are planned anew when somebody edits the schema.yaml that they would replace", async () => {
    const project = await withPosts()
    const { hash } = await project.migrations.planFor(request)
    const edited = `${schema()}# mine\n`
    await project.write({ "schema.yaml": edited })

    await expect(project.migrations.applyFor({ ...request, apply: hash }, quietly)).rejects.toMatchObject({
      code: "PLAN_CHANGED",
    })

    expect(readFileSync(project.paths.schemaFile, "utf8")).toBe(edited)
  })

  test("leave a linked schema.yaml a link, with the mode that it had", async () => {
    const project = await withPosts()
    const target = path.join(project.root, "shared.yaml")
    renameSync(project.paths.schemaFile, target)
    chmodSync(target, 0o640)
    symlinkSync("shared.yaml", project.paths.schemaFile)

    const { hash } = await project.migrations.planFor(request)
    await project.migrations.applyFor({ ...request, apply: hash }, quietly)

    expect(readlinkSync(project.paths.schemaFile)).toBe("shared.yaml")
    expect(readFileSync(target, "utf8")).toBe(request.schema)
    expect(statSync(target).mode & 0o777).toBe(0o640)
  })

  test.each([
    { after: "they were applied", isApplied: true },
    { after: "they were staged only", isApplied: false },
  ])("are moved at the next start, or forgotten, when the daemon was killed after $after", async ({ isApplied }) => {
    const project = await withPosts()
    const { schema: parsed } = parseSchema(request.schema, "schema.yaml")
    const files = { schema: request.schema, migrations: request.migrations }
    await stageFiles(project.paths, project.database.engine, { files, schemaHash: parsed!.hash })
    if (isApplied) {
      const { migration } = parseMigration({ file: renameFile, text: rename })
      await runMigration(project.database.engine, {
        steps: [{ kind: "apply", ...migration! }],
        schema: parsed,
        clock: { now: () => Date.now() },
        onApplied: () => undefined,
        ...quietly,
      })
    }
    await project.stop()

    const again = await openMigrationProject({ root: project.root, mode: "start" })

    expect(existsSync(path.join(project.root, renameFile))).toBe(isApplied)
    expect(readFileSync(project.paths.schemaFile, "utf8")).toBe(schema(isApplied ? "headline" : "title"))
    expect(existsSync(path.join(project.paths.stateDir, "incoming"))).toBe(false)
    expect((await again.migrations.status()).pending).toEqual([])
  })

  test("leave the project as it was when they are refused", async () => {
    const project = await withPosts()
    const bad = { schema: schema("heading"), migrations: request.migrations }

    const { hash } = await project.migrations.planFor(bad)
    await expect(project.migrations.applyFor({ ...bad, apply: hash }, quietly)).rejects.toMatchObject({
      code: "UNSAFE_CHANGES",
    })

    expect(existsSync(path.join(project.root, renameFile))).toBe(false)
    expect(readFileSync(project.paths.schemaFile, "utf8")).toBe(schema())
    expect(existsSync(path.join(project.paths.stateDir, "incoming"))).toBe(false)
  })
})
