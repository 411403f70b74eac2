import { existsSync } from "node:fs"
import { readFile } from "node:fs/promises"
import path from "node:path"
import { DatabaseSync } from "node:sqlite"

import { describe, expect, test } from "vitest"

import type { DaemonFile } from "../../src/protocol/admin-api.ts"
import type { MigrateResponse, MigrationPlan, MigrationsResponse } from "../../src/protocol/migrations-api.ts"
import { builtCli } from "../helpers/built-cli.ts"
import { endDaemonWithTest } from "../helpers/end-daemon.ts"
import { preparedProject } from "../helpers/prepared-project.ts"
import type { CommandResult } from "../helpers/run-alyx.ts"
import { runAlyx } from "../helpers/run-alyx.ts"
import { sendTo, startDaemon, writeProject } from "../helpers/running-daemon.ts"
import { tempFolder } from "../helpers/temp-folder.ts"
import type { TerminalScreen } from "../helpers/terminal-screen.ts"
import { openTerminal } from "../helpers/terminal-screen.ts"

const schema = [
  "collections:",
  "  posts:",
  "    fields:",
  "      id: { type: uuid, primary: true, default: auto }",
  "      title: { type: string }",
  "      summary: { type: string, nullable: true }",
  "",
].join("\n")

const renamed = schema.replace("title:", "headline:")
const withoutSummary = schema.replace(/ {6}summary.*\n/, "")

const renameFile = [
  "version: 1",
  "name: rename_title",
  "operations:",
  "  - { type: rename_field, collection: posts, from: title, to: headline }",
  "",
].join("\n")

const dropFile =
  "version: 1\nname: drop_summary\noperations:\n  - { type: drop_field, collection: posts, field: summary }\n"

/** A project in a folder of its own. */
class Project {
  readonly folder: string

  constructor(folder: string) {
    this.folder = folder
  }

  migrate(...args: string[]): Promise<CommandResult> {
    return runAlyx(["migrate", ...args], { cwd: this.folder })
  }

  async json<Answer>(...args: string[]): Promise<Answer> {
    return JSON.parse((await this.migrate(...args, "--json")).stdout) as Answer
  }

  write(files: Readonly<Record<string, string>>): Promise<void> {
    return writeProject(this.folder, files)
  }

  /** Starts a server, and returns where it answers. */
  async start(): Promise<string> {
    const { stdout, stderr } = await runAlyx(["start", "--detach", "--json", "--port", "0"], { cwd: this.folder })
    expect(stderr).toBe("")
    return (JSON.parse(stdout) as { daemon: DaemonFile }).daemon.url!
  }

  /** What the database holds; no server may run. */
  posts(): readonly Record<string, unknown>[] {
    const database = new DatabaseSync(path.join(this.folder, "data/alyx.db"), { readOnly: true })
    try {
      return database.prepare("SELECT * FROM posts").all()
    } finally {
      database.close()
    }
  }

  async inTerminal(...args: string[]): Promise<TerminalScreen> {
    const launcher = await builtCli()
    return openTerminal({
      command: process.execPath,
      args: [launcher, ...args],
      cwd: this.folder,
      columns: 90,
      rows: 40,
    })
  }
}

const folderWithPosts = preparedProject(async (folder) => {
  await writeProject(folder, { "schema.yaml": schema })
  const server = await startDaemon({ folder })
  for (const title of ["One", "Two"]) {
    const { status } = await server.send("POST", "/api/collections/posts", { title, summary: `About ${title}` })
    expect(status).toBe(201)
  }
  await server.stop()
})

/** A project with two posts in its database, that no daemon serves; one that is left ends with the test. */
async function projectWithPosts(): Promise<Project> {
  const project = new Project(await folderWithPosts())
  endDaemonWithTest(project.folder)
  return project
}

test("a renamed field: refused, written down, and applied with its values, without a server", async () => {
  const project = await projectWithPosts()
  await project.write({ "schema.yaml": renamed })

  const refused = await project.migrate("plan", "--detailed-exitcode")
  const early = await project.migrate("apply")
  const created = await project.migrate("create", "rename_title")
  await project.write({ "migrations/001_rename_title.yaml": renameFile })
  const planned = await project.migrate("plan", "--detailed-exitcode")
  const applied = await project.migrate("apply")
  const again = await project.migrate("plan", "--detailed-exitcode")
  const documents = project.posts()

  expect(refused).toMatchObject({ exitCode: 1, stderr: "" })
  expect(refused.stdout).toContain("✗ - posts.title (string) (refused)")
  expect(refused.stdout).toContain("alyx migrate create <name>")
  expect(early).toMatchObject({ exitCode: 1, stdout: "" })
  expect(early.stderr).toContain("Nothing was changed. (UNSAFE_CHANGES)")
  expect(created).toMatchObject({ exitCode: 0 })
  expect(created.stdout).toContain("Wrote migrations/001_rename_title.yaml\n! 1 question left open as comments:")
  expect(planned.exitCode).toBe(10)
  expect(planned.stdout).toContain("✓ posts.title → posts.headline")
  expect(applied.exitCode).toBe(0)
  expect(applied.stdout).toContain("✓ Applied 1 file")
  expect(again).toMatchObject({ exitCode: 0, stdout: "No changes.\n\nThe database is as schema.yaml says." })
  expect(documents.map(({ headline }) => String(headline)).toSorted()).toEqual(["One", "Two"])
})

test("an applied file is rolled back under a server that runs, when it is said twice", async () => {
  const project = await projectWithPosts()
  const url = await project.start()
  await project.write({ "schema.yaml": renamed, "migrations/001_rename_title.yaml": renameFile })

  const applied = await project.migrate("--apply")
  const served = await sendTo(url, "GET", "/api/collections/posts")
  const dryRun = await project.migrate("rollback", "--dry-run")
  const unasked = await project.migrate("rollback")
  const rolledBack = await project.migrate("rollback", "--yes")
  const status = await project.migrate("status")
  const after = await project.json<MigrationsResponse>("status")
  const servedAfter = await sendTo(url, "GET", "/api/collections/posts")

  expect(applied.exitCode).toBe(0)
  expect(served.body).toMatchObject({ total: 2, docs: [{ headline: expect.any(String) }, {}] })
  expect(dryRun).toMatchObject({ exitCode: 0 })
  expect(dryRun.stdout).toContain("posts.headline → posts.title")
  expect(unasked).toMatchObject({ exitCode: 2, stdout: "" })
  expect(unasked.stderr).toContain("alyx migrate rollback --yes")
  expect(rolledBack.exitCode).toBe(0)
  expect(rolledBack.stdout).toContain("✓ Rolled back 1 file")
  expect(status.stdout).toMatch(/001 {2}rename_title +file .*rolled back$/m)
  expect(after.pending.map(({ file }) => file)).toEqual(["migrations/001_rename_title.yaml"])
  expect(servedAfter.body).toMatchObject({ total: 2, docs: [{ title: expect.any(String) }, {}] })
})

test("what loses values needs a yes, and leaves a backup", async () => {
  const project = await projectWithPosts()
  await project.write({ "schema.yaml": withoutSummary, "migrations/001_drop_summary.yaml": dropFile })

  const unasked = await project.migrate("apply")
  const unaskedJson = await project.json<{ error: { code: string } }>("apply")
  const untouched = await project.json<MigrationPlan>("plan")
  const applied = await project.json<MigrateResponse>("apply", "--yes")
  const documents = project.posts()

  expect(unasked).toMatchObject({ exitCode: 2, stdout: "" })
  expect(unasked.stderr).toContain("! - posts.summary (lossy)")
  expect(unasked.stderr).toContain("alyx migrate apply --yes")
  expect(unaskedJson.error.code).toBe("NO_TERMINAL")
  expect(untouched).toMatchObject({ isLossy: true, problems: [] })
  expect(untouched.files.map(({ number }) => number)).toEqual([1])
  expect(applied.files).toEqual(["migrations/001_drop_summary.yaml"])
  expect(existsSync(path.resolve(project.folder, applied.backup!))).toBe(true)
  expect(documents.map((document) => Object.keys(document).toSorted())).toEqual([
    ["created_at", "id", "title", "updated_at"],
    ["created_at", "id", "title", "updated_at"],
  ])
})

describe("what stands in the way", () => {
  test("two files with one number are shown with the way out, and nothing is applied", async () => {
    const project = await projectWithPosts()
    const other = renameFile.replace("rename_title", "name_it_headline")
    await project.write({
      "schema.yaml": renamed,
      "migrations/001_rename_title.yaml": renameFile,
      "migrations/001_name_it_headline.yaml": other,
    })

    const status = await project.migrate("status")
    const applied = await project.migrate("apply")

    expect(status.exitCode).toBe(1)
    expect(status.stdout).toContain("001_rename_title.yaml")
    expect(status.stdout).toContain("001_name_it_headline.yaml")
    expect(status.stdout).toMatch(/002/)
    expect(applied.exitCode).toBe(1)
  })

  test("a file that was changed after it was applied keeps everything from being applied", async () => {
    const project = await projectWithPosts()
    await project.write({ "schema.yaml": renamed, "migrations/001_rename_title.yaml": renameFile })
    expect((await project.migrate("apply")).exitCode).toBe(0)
    await project.write({ "migrations/001_rename_title.yaml": renameFile.replace("to: headline", "to: heading") })

    const plan = await project.migrate("plan", "--detailed-exitcode")
    const applied = await project.json<{ error: { problems: { code: string }[] } }>("apply")

    expect(plan.exitCode).toBe(1)
    expect(plan.stdout).toContain("001_rename_title.yaml")
    expect(applied.error.problems.map(({ code }) => code)).toEqual(["MIGRATION_CHANGED"])
  })

  test("a mistake in a file comes with its line and a caret", async () => {
    const project = await projectWithPosts()
    await project.write({ "migrations/001_rename_title.yaml": renameFile.replace("rename_field", "rename_feild") })

    const plan = await project.migrate("plan")

    expect(plan.exitCode).toBe(1)
    expect(plan.stdout).toContain("migrations/001_rename_title.yaml:4:")
    expect(plan.stdout).toContain("^^^^^^^^^^^^")
  })
})

test("where nothing differs create writes an empty file, which is never taken for applied", async () => {
  const project = new Project(await tempFolder())
  await project.write({ "schema.yaml": schema })
  const server = await startDaemon({ folder: project.folder })

  const created = await project.json<{ file: string; questions: unknown[] }>("create", "Trim titles")
  const text = await readFile(path.join(project.folder, created.file), "utf8")
  const plan = await project.migrate("plan")
  const applied = await project.migrate("apply")
  const status = await project.json<MigrationsResponse>("status")
  await server.stop()

  expect(created).toEqual({ file: "migrations/001_trim_titles.yaml", questions: [], impossible: [] })
  expect(text).toContain("# - type: sql")
  expect(plan.stdout).toContain("migrations/001_trim_titles.yaml does nothing yet")
  expect(applied).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("Nothing to apply:") })
  expect(status.pending).toHaveLength(1)
})

describe("alyx migrate", () => {
  test("without a flag is the status, and its flags are the subcommands", async () => {
    const project = await projectWithPosts()
    await project.start()

    const bare = await project.migrate()
    const status = await project.migrate("status")
    const rollback = await project.migrate("--rollback", "3", "--yes")
    const flagged = await project.json<MigrationsResponse>("--status")

    expect(bare).toEqual(status)
    expect(status.stdout).toMatch(/\+ posts \(5 fields\) +schema/)
    expect(rollback).toMatchObject({ exitCode: 1, stdout: "" })
    expect(rollback.stderr).toContain("No migration file was applied that could be undone.")
    expect(flagged).toMatchObject({ pending: [], problems: [], notices: [] })
  })

  test.each([
    [["--apply", "--status"], "are two things to do"],
    [["3"], "without --rollback"],
    [["--yes"], "--yes belongs to"],
    [["rollback", "0"], '"0" is not a whole number from 1 to 1000'],
    [["rollback", "two"], '"two" is not a whole number'],
    [["create"], "needs <name>"],
    [["plan", "--yes"], "has no flag --yes"],
  ])("%j is refused", async (args, message) => {
    const project = new Project(await tempFolder())
    await project.write({ "schema.yaml": schema })

    const { exitCode, stdout, stderr } = await project.migrate(...args)

    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" })
    expect(stderr).toContain(message)
  })

  test.each([["plan"], ["status"], ["apply"], ["rollback"], ["create", "x"]])(
    "%s --no-daemon ends with 3 when no daemon runs",
    async (...args) => {
      const project = new Project(await tempFolder())
      await project.write({ "schema.yaml": schema })

      const { exitCode, stderr } = await project.migrate(...args, "--no-daemon")

      expect(exitCode).toBe(3)
      expect(stderr).toContain("NO_DAEMON")
    },
  )
})

describe("at a terminal", () => {
  test("create asks what it cannot know, and writes the answer", async () => {
    const project = await projectWithPosts()
    await project.write({ "schema.yaml": renamed })

    const screen = await project.inTerminal("migrate", "create", "Rename title")
    await screen.shows("Was posts.title renamed to posts.headline?")
    screen.type("\r")
    await screen.shows("Wrote migrations/001_rename_title.yaml")
    const text = await readFile(path.join(project.folder, "migrations/001_rename_title.yaml"), "utf8")
    const plan = await project.json<MigrationPlan>("plan")

    expect(await screen.ended).toBe(0)
    expect(text).toMatch(/^ {2}- type: rename_field$/m)
    expect(plan).toMatchObject({ problems: [], isLossy: false, changes: [{ safety: "safe" }] })
  })

  test("a question that is given up leaves no file", async () => {
    const project = await projectWithPosts()
    await project.write({ "schema.yaml": renamed })

    const screen = await project.inTerminal("migrate", "create", "rename_title")
    await screen.shows("Was posts.title renamed to posts.headline?")
    screen.type("\u0003")

    expect(await screen.ended).toBe(130)
    expect(screen.text()).toContain("Nothing was written.")
    expect(existsSync(path.join(project.folder, "migrations"))).toBe(false)
  })

  test("apply asks before something is lost, shows how far it is, and says where the backup is", async () => {
    const project = await projectWithPosts()
    await project.write({ "schema.yaml": withoutSummary, "migrations/001_drop_summary.yaml": dropFile })

    const declined = await project.inTerminal("migrate", "apply")
    await declined.shows("Apply it?")
    declined.type("n")
    const code = await declined.ended
    const screen = await project.inTerminal("migrate", "apply")
    await screen.shows("Apply it?")
    screen.type("y")
    await screen.shows("The database as it was before: ")

    expect(code).toBe(130)
    expect(declined.text()).toContain("Nothing was changed.")
    expect(await screen.ended).toBe(0)
    expect(screen.text()).toContain("! - posts.summary (lossy)")
    expect(screen.text()).toContain("Apply 1 change")
  })
})
