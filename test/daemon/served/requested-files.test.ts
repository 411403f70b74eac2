import { chmodSync, existsSync, readFileSync, readlinkSync, renameSync, statSync, symlinkSync } from "node:fs"
import path from "node:path"

import { describe, expect, test } from "vitest"

import { stageFiles } from "../../../src/daemon/served/incoming-files.ts"
import { runMigration } from "../../../src/daemon/storage/sqlite/run-migration.ts"
import { parseMigration } from "../../../src/schema/migrations/parse-migration.ts"
import { parseSchema } from "../../../src/schema/parse.ts"
import { openMigrationProject, quietly } from "./migration-project.ts"
import { openPostsProject, postsSchema, renameTitle, renameTitleFile } from "./posts-project.ts"

describe("files that come with a request", () => {
  const request = {
    schema: postsSchema("headline"),
    migrations: [{ file: "001_rename_title.yaml", text: renameTitle }],
  }

  test("are planned, applied, and then the project's", async () => {
    const project = await openPostsProject()

    const plan = await project.migrations.planFor(request)
    expect(existsSync(path.join(project.root, renameTitleFile))).toBe(false)
    await project.migrations.applyFor({ ...request, apply: plan.hash }, quietly)

    expect(readFileSync(path.join(project.root, renameTitleFile), "utf8")).toBe(renameTitle)
    expect(readFileSync(project.paths.schemaFile, "utf8")).toBe(postsSchema("headline"))
    expect(existsSync(path.join(project.paths.stateDir, "incoming"))).toBe(false)
    expect(await project.migrations.reload(() => true)).toEqual({ changes: [] })
  })

  test("are planned anew when somebody edits the schema.yaml that they would replace", async () => {
    const project = await openPostsProject()
    const { hash } = await project.migrations.planFor(request)
    const edited = `${postsSchema()}# mine\n`
    await project.write({ "schema.yaml": edited })

    await expect(project.migrations.applyFor({ ...request, apply: hash }, quietly)).rejects.toMatchObject({
      code: "PLAN_CHANGED",
    })

    expect(readFileSync(project.paths.schemaFile, "utf8")).toBe(edited)
  })

  test("leave a linked schema.yaml a link, with the mode that it had", async () => {
    const project = await openPostsProject()
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
    const project = await openPostsProject()
    const { schema: parsed } = parseSchema(request.schema, "schema.yaml")
    const files = { schema: request.schema, migrations: request.migrations }
    await stageFiles(project.paths, project.database.engine, { files, schemaHash: parsed!.hash })
    if (isApplied) {
      const { migration } = parseMigration({ file: renameTitleFile, text: renameTitle })
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

    expect(existsSync(path.join(project.root, renameTitleFile))).toBe(isApplied)
    expect(readFileSync(project.paths.schemaFile, "utf8")).toBe(postsSchema(isApplied ? "headline" : "title"))
    expect(existsSync(path.join(project.paths.stateDir, "incoming"))).toBe(false)
    expect((await again.migrations.status()).pending).toEqual([])
  })

  test("leave the project as it was when they are refused", async () => {
    const project = await openPostsProject()
    const bad = { schema: postsSchema("heading"), migrations: request.migrations }

    const { hash } = await project.migrations.planFor(bad)
    await expect(project.migrations.applyFor({ ...bad, apply: hash }, quietly)).rejects.toMatchObject({
      code: "UNSAFE_CHANGES",
    })

    expect(existsSync(path.join(project.root, renameTitleFile))).toBe(false)
    expect(readFileSync(project.paths.schemaFile, "utf8")).toBe(postsSchema())
    expect(existsSync(path.join(project.paths.stateDir, "incoming"))).toBe(false)
  })
})
