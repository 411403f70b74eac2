import { appendFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises"
import path from "node:path"

import { describe, expect, test } from "vitest"

import type { OpenDashboard } from "../helpers/open-dashboard.ts"
import { openDashboard } from "../helpers/open-dashboard.ts"
import { sendTo } from "../helpers/running-daemon.ts"

const schema =
  "collections:\n  notes:\n    fields:\n      text: { type: string }\n      rank: { type: int, nullable: true }\n"

/** A dashboard on one document, after an edit that cannot be applied by itself. */
async function openAtPlan(edited: string): Promise<OpenDashboard> {
  const dashboard = await openDashboard({ schema, rows: 40 })
  await sendTo(dashboard.url, "POST", "/api/collections/notes", { text: "kept", rank: 7 })
  await writeFile(path.join(dashboard.folder, "schema.yaml"), edited)
  await dashboard.screen.shows("This change waits for you")
  await dashboard.screen.shows("w write file")
  return dashboard
}

const renamed = schema.replace("rank:", "place:")
const dropped = schema.replace(/ {6}rank.*\n/, "")

const oneDocument = async (url: string): Promise<unknown> =>
  (await sendTo(url, "GET", "/api/collections/notes")).body.docs[0]

describe("a change that waits for a decision in alyx dev", () => {
  test("u puts schema.yaml back as it was when it was last applied", async () => {
    const { folder, screen } = await openAtPlan(dropped)

    screen.type("u")
    await screen.shows("schema.yaml is as it was when it was last applied.")
    await screen.shows(/^(?!.*This change waits)/s)

    expect(await readFile(path.join(folder, "schema.yaml"), "utf8")).toBe(schema)
  })

  test("w writes the migration file and leaves the question in it; v shows the plan whole", async () => {
    const { folder, screen } = await openAtPlan(renamed)

    screen.type("w")
    await screen.shows("Wrote migrations/001_change_notes_rank.yaml: 1 thing in it is left for you to decide.")
    screen.type("v")
    await screen.shows(/─ Plan ─/)

    expect(await readFile(path.join(folder, "migrations/001_change_notes_rank.yaml"), "utf8")).toContain(
      "was notes.rank renamed to notes.place?",
    )
  })

  test("a asks whether it is a rename, writes the file with the answer and applies it: nothing is lost", async () => {
    const { folder, screen, url } = await openAtPlan(renamed)

    screen.type("a")
    await screen.shows("Was notes.rank renamed to notes.place?")
    screen.type("y")
    await screen.shows(/Applied migrations\/001_rename_notes_rank_to_place\.yaml in [\d.]+ ms\./)
    await screen.shows(/^(?!.*This change waits)/s)

    expect(await oneDocument(url)).toMatchObject({ text: "kept", place: 7 })
    expect(await readdir(path.join(folder, "migrations"))).toEqual(["001_rename_notes_rank_to_place.yaml"])
  })

  test("a asks once more where something is lost: n leaves everything as it was, y writes a backup first", async () => {
    const { folder, screen, url } = await openAtPlan(dropped)

    screen.type("a")
    await screen.shows("Something is lost by this")
    screen.type("n")
    await screen.shows("Nothing was applied.")
    const left = await readdir(path.join(folder, "migrations"))
    screen.type("a")
    await screen.shows("Something is lost by this")
    screen.type("y")
    await screen.shows("The database as it was before is in")

    expect(left).toEqual([])
    expect(await oneDocument(url)).not.toHaveProperty("rank")
    expect(await readdir(path.join(folder, ".alyx/backups"))).not.toEqual([])
  })

  test("Esc at a question gives up, and writes nothing", async () => {
    const { folder, screen } = await openAtPlan(renamed)

    screen.type("a")
    await screen.shows("Was notes.rank renamed to notes.place?")
    screen.type("\u001B")
    await screen.shows("Nothing was written.")

    await expect(readdir(path.join(folder, "migrations"))).rejects.toThrow("ENOENT")
    expect(screen.text()).toContain("This change waits for you")
  })

  test("w writes one file for one question: pressed again it names the file, and a answers into it", async () => {
    const { folder, screen, url } = await openAtPlan(renamed)

    screen.type("w")
    await screen.shows("migrations/001_change_notes_rank.yaml does nothing yet")
    screen.type("w")
    await screen.shows("migrations/001_change_notes_rank.yaml is there already")
    screen.type("a")
    await screen.shows("Your answer is waited for")
    screen.type("y")
    await screen.shows("Applied migrations/001_change_notes_rank.yaml in")

    expect(await readdir(path.join(folder, "migrations"))).toEqual(["001_change_notes_rank.yaml"])
    expect(await oneDocument(url)).toMatchObject({ text: "kept", place: 7 })
  })

  test("a file that waits and that somebody wrote is left as it is", async () => {
    const { folder, screen } = await openAtPlan(renamed)
    const own = "version: 1\nname: own\noperations: []\n# to be thought about\n"

    await mkdir(path.join(folder, "migrations"), { recursive: true })
    await writeFile(path.join(folder, "migrations/001_own.yaml"), own)
    await screen.shows("migrations/001_own.yaml does nothing yet")
    screen.type("a")
    await screen.shows(/write into it what is meant, or\s+delete it/)

    expect(await readdir(path.join(folder, "migrations"))).toEqual(["001_own.yaml"])
    expect(await readFile(path.join(folder, "migrations/001_own.yaml"), "utf8")).toBe(own)
  })

  test("u offers to take away what w wrote for the edit, and leaves a file that was edited since", async () => {
    const { folder, screen } = await openAtPlan(dropped)

    screen.type("w")
    await screen.shows("Wrote migrations/001_drop_notes_rank.yaml")
    screen.type("u")
    await screen.shows("Delete it too?")
    screen.type("y")
    await screen.shows("is gone.")
    const left = await readdir(path.join(folder, "migrations"))
    await screen.shows(/^(?!.*This change waits)/s)
    await writeFile(path.join(folder, "schema.yaml"), dropped)
    await screen.shows("This change waits for you")
    screen.type("w")
    await screen.shows("Wrote migrations/001_drop_notes_rank.yaml")
    const [file] = await readdir(path.join(folder, "migrations"))
    await appendFile(path.join(folder, "migrations", file!), "# mine\n")
    screen.type("u")
    await screen.shows(/What still waits:\s+migrations\/001_/)

    expect(left).toEqual([])
    expect(await readdir(path.join(folder, "migrations"))).toEqual([file])
    expect(await readFile(path.join(folder, "schema.yaml"), "utf8")).toBe(schema)
  })
})
