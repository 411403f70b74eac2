import { readFile } from "node:fs/promises"
import path from "node:path"

import { expect, test } from "vitest"

import type { DatabaseState } from "../../src/project/draft-next-migration.ts"
import { draftNextMigration, readDraftBase, writeNextMigration } from "../../src/project/draft-next-migration.ts"
import type { ProjectPaths } from "../../src/project/paths.ts"
import { projectPaths } from "../../src/project/paths.ts"
import { parseSchema } from "../../src/schema/parse.ts"
import { writeProject } from "../helpers/running-daemon.ts"
import { tempFolder } from "../helpers/temp-folder.ts"

const applied = [
  "collections:",
  "  posts:",
  "    fields:",
  "      id: { type: uuid, primary: true, default: auto }",
  "      title: { type: string }",
  "",
].join("\n")

const renameFile = ["operations:", "  - { type: rename_field, collection: posts, from: title, to: headline }", ""].join(
  "\n",
)

async function projectWith(files: Readonly<Record<string, string>>): Promise<ProjectPaths> {
  const folder = await tempFolder()
  await writeProject(folder, files)
  return projectPaths(folder)
}

function stateOf(state: Partial<DatabaseState> = {}): DatabaseState {
  const { schema } = parseSchema(applied, "schema.yaml")
  return { schema: schema!, pending: [], appliedNumberMax: 0, refused: [], ...state }
}

test("a question stays a comment until it is answered", async () => {
  const paths = await projectWith({ "schema.yaml": applied.replace("title:", "headline:") })
  const base = readDraftBase(paths, stateOf({ refused: ["- posts.title", "+ posts.headline (string)"] }))

  const open = draftNextMigration(base, { name: "rename title", answers: {} })
  const written = await writeNextMigration(paths, base, {
    name: "Rename title",
    answers: { [open.questions[0]!.id]: "rename" },
    appliedNumberMax: 7,
  })
  const text = await readFile(path.join(paths.root, written.file), "utf8")

  expect(open.questions).toMatchObject([{ question: "Was posts.title renamed to posts.headline?" }])
  expect(open.text).not.toMatch(/^ {2}- type/m)
  expect(written).toEqual({ file: "migrations/008_rename_title.yaml", questions: [], impossible: [] })
  expect(text).toMatch(/^ {2}- type: rename_field$/m)
  expect(text).toContain("version: 8")
})

test("the next file begins where the pending ones end", async () => {
  const paths = await projectWith({
    "schema.yaml": applied.replace(/ {6}title.*\n/, "      headline: { type: int }\n"),
    "migrations/001_rename_title.yaml": renameFile,
  })

  const base = readDraftBase(paths, stateOf({ pending: ["migrations/001_rename_title.yaml"], refused: null }))
  const { text, questions } = draftNextMigration(base, { name: "change type", answers: {} })

  expect(questions).toEqual([])
  expect(text).toContain("type: change_type")
  expect(text).toContain("field: headline")
})

test("a file that was applied is not taken into account again", async () => {
  const paths = await projectWith({ "schema.yaml": applied, "migrations/001_rename_title.yaml": renameFile })

  const base = readDraftBase(paths, stateOf())

  expect(base.applied.hash).toBe(base.written.hash)
})

test.each([
  ["schema.yaml", "collections: 5\n", "SCHEMA_INVALID"],
  ["migrations/001_x.yaml", "operations: 5\n", "MIGRATION_INVALID"],
  ["migrations/001_x.yaml", renameFile.replace("title", "nothing"), "MIGRATION_INVALID"],
])("a mistake in %s is told with its place", async (file, text, code) => {
  const paths = await projectWith({ "schema.yaml": applied, [file]: text })

  const read = (): unknown => readDraftBase(paths, stateOf({ pending: ["migrations/001_x.yaml"] }))

  expect(read).toThrow(
    expect.objectContaining({ code, problems: [expect.objectContaining({ at: expect.objectContaining({ file }) })] }),
  )
})
