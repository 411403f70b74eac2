import { chmod, open, stat, writeFile } from "node:fs/promises"
import path from "node:path"
import { DatabaseSync } from "node:sqlite"

import { expect, test } from "vitest"

import type { Result } from "../../src/doctor/run-checks.ts"
import { preparedProject } from "../helpers/prepared-project.ts"
import { runAlyx } from "../helpers/run-alyx.ts"
import { startDaemon, writeProject } from "../helpers/running-daemon.ts"

const schema = `collections:
  authors:
    fields:
      name: { type: string }
    rules: { create: "true", read: "true", update: "true", delete: "true" }
  books:
    rules: { create: "true", read: "true", update: "true", delete: "true" }
    fields:
      title: { type: string }
      author_id: { type: uuid, nullable: true, references: authors.id, onDelete: set null }
`

/** A project whose database a server has made and closed. */
const servedProject = preparedProject(async (folder) => {
  await writeProject(folder, { "schema.yaml": schema, "alyx.yaml": "server:\n  port: 0\n" })
  const daemon = await startDaemon({ folder })
  const author = await daemon.send("POST", "/api/collections/authors", { name: "Ada" })
  await daemon.send("POST", "/api/collections/books", { title: "Notes", author_id: author.body.id })
  expect(await daemon.stop()).toBe(0)
})

test("a sound project has nothing to mend, with a daemon and without", async () => {
  const folder = await servedProject()
  const { exitCode, checks } = await doctor(folder)
  expect(checks.filter(({ status }) => status !== "ok")).toMatchObject([{ title: "Admins", status: "note" }])
  expect(exitCode).toBe(0)
  expect(checks.find(({ title }) => title === "Daemon")!.message).toContain("one was started for these checks")

  const daemon = await startDaemon({ folder })
  const beside = await doctor(folder)
  expect(beside.checks.filter(({ status }) => status !== "ok")).toMatchObject([{ title: "Admins", status: "note" }])
  expect(beside.checks.find(({ title }) => title === "Port")!.message).toContain(daemon.url)
  expect(await daemon.stop()).toBe(0)
})

test("broken references, a clock that went back and open files are told with what to do, and --fix closes the files", async () => {
  const folder = await servedProject()
  const file = path.join(folder, "data/alyx.db")
  const database = new DatabaseSync(file, { enableForeignKeyConstraints: false })
  database.exec(
    "INSERT INTO books (title, author_id) VALUES ('a', '01890000-0000-7000-8000-000000000000'); " +
      "UPDATE _alyx_changes SET at = '2999-01-01T00:00:00.000Z'",
  )
  database.close()
  await chmod(file, 0o644)

  const { exitCode, checks } = await doctor(folder, "--fix")
  expect(exitCode).toBe(1)
  expect(find(checks, "References")).toMatchObject({
    status: "problem",
    message: "Documents point to others that do not exist: 1 of books to authors.",
  })
  expect(find(checks, "Clock")).toMatchObject({ status: "problem", message: expect.stringContaining("2999-01-01") })
  expect(find(checks, "File modes")).toMatchObject({ status: "ok", fixed: "Closed it." })
  expect((await stat(file)).mode & 0o777).toBe(0o600)
})

test("a damaged page is found", async () => {
  const folder = await servedProject()
  const file = path.join(folder, "data/alyx.db")
  const database = new DatabaseSync(file)
  const { rootpage } = database.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'books'").get() as {
    rootpage: number
  }
  database.close()
  const handle = await open(file, "r+")
  await handle.write(Buffer.alloc(64, 0xff), 0, 64, (rootpage - 1) * 4096)
  await handle.close()
  const { exitCode, checks } = await doctor(folder)
  expect(exitCode).toBe(1)
  const damaged = checks.filter(({ status }) => status === "problem")
  expect(damaged.map(({ title }) => title).join()).toMatch(/Integrity|Database/)
})

test("a file that is no database, and a schema with a mistake, are told with their places", async () => {
  const folder = await servedProject()
  await writeFile(path.join(folder, "data/alyx.db"), "this is no database, whatever its name says".repeat(200))
  await writeFile(path.join(folder, "schema.yaml"), schema.replace("type: string", "type: strng"))
  const { checks } = await doctor(folder)
  expect(find(checks, "Database")).toMatchObject({ status: "problem", next: expect.any(String) })
  expect(find(checks, "schema.yaml").problems![0]).toMatchObject({ at: { file: "schema.yaml", line: 4 } })
  const { stdout, exitCode } = await runAlyx(["doctor"], { cwd: folder })
  expect(stdout).toContain("schema.yaml:4:")
  expect(stdout).toContain("problems")
  expect(exitCode).toBe(1)
})

test("a written schema that waits is a note, and one that cannot be applied a problem", async () => {
  const folder = await servedProject()
  await writeFile(path.join(folder, "schema.yaml"), `${schema}      pages: { type: int, nullable: true }\n`)
  expect(find((await doctor(folder)).checks, "Applied schema")).toMatchObject({
    status: "note",
    message: expect.stringContaining("+ books.pages (int)"),
  })
  await writeFile(path.join(folder, "schema.yaml"), schema.replace("      title: { type: string }\n", ""))
  const { exitCode, checks } = await doctor(folder)
  expect(find(checks, "Applied schema")).toMatchObject({ status: "problem" })
  expect(exitCode).toBe(1)
})

async function doctor(
  folder: string,
  ...flags: string[]
): Promise<{ exitCode: number | undefined; checks: readonly Result[] }> {
  const env = { ALYX_SERVER_INSECURE_OPEN: "false" }
  const { exitCode, stdout } = await runAlyx(["doctor", "--json", ...flags], { cwd: folder, env })
  return { exitCode, checks: (JSON.parse(stdout) as { checks: Result[] }).checks }
}

function find(checks: readonly Result[], title: string): Result {
  return checks.find((check) => check.title === title)!
}
