import { mkdirSync, readdirSync, writeFileSync } from "node:fs"
import path from "node:path"

import { expect, test } from "vitest"

import { buildFileFor } from "../../../../src/daemon/storage/sqlite/build-file.ts"
import { openMigrationProject } from "../../served/migration-project.ts"
import { tempFolder } from "../../../helpers/temp-folder.ts"

test("what a killed restore left beside the database goes when the database is opened, and nothing else", async () => {
  const root = await tempFolder()
  const folder = path.join(root, "data")
  mkdirSync(folder)
  const abandoned = buildFileFor(path.join(folder, "alyx.db"))
  const others = [".alyx.db.notes.new", ".other.db.0123456789ab.new", "new.txt"]
  for (const file of [abandoned, `${abandoned}-journal`]) writeFileSync(file, "half of it")
  for (const name of others) writeFileSync(path.join(folder, name), "mine")

  await openMigrationProject({ root, files: { "schema.yaml": "version: 1\ncollections: {}\n" } })

  const names = readdirSync(folder)
  expect(names).toEqual(expect.arrayContaining(others))
  expect(names.filter((name) => name.startsWith(path.basename(abandoned)))).toEqual([])
})
