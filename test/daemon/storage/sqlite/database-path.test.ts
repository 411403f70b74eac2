import { linkSync, mkdirSync, realpathSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"

import { realDatabasePath } from "../../../../src/daemon/storage/sqlite/database-path.ts"
import { tempFolder } from "../../../helpers/temp-folder.ts"

test("a new database keeps its path, and its folder is made private", async () => {
  const folder = realpathSync(await tempFolder())
  const path = join(folder, "data", "alyx.db")

  expect(realDatabasePath(path)).toBe(path)
  expect(statSync(join(folder, "data")).mode & 0o777).toBe(0o700)
})

test("links to the file and to its folder lead to one path", async () => {
  const folder = realpathSync(await tempFolder())
  mkdirSync(join(folder, "data"))
  const path = join(folder, "data", "alyx.db")
  symlinkSync(join(folder, "data"), join(folder, "linked"))

  expect(realDatabasePath(join(folder, "linked", "alyx.db"))).toBe(path)
  writeFileSync(path, "")
  symlinkSync("alyx.db", join(folder, "data", "link.db"))
  expect(realDatabasePath(join(folder, "linked", "link.db"))).toBe(path)
})

test("a link that leads nowhere, or to itself, is refused", async () => {
  const folder = await tempFolder()
  symlinkSync("gone.db", join(folder, "dangling.db"))
  symlinkSync("loop.db", join(folder, "loop.db"))

  for (const name of ["dangling.db", "loop.db"]) {
    expect(() => realDatabasePath(join(folder, name))).toThrow(
      expect.objectContaining({ code: "FILE_UNREADABLE", message: expect.stringContaining("leads nowhere") }),
    )
  }
})

test("a file with two names is refused by either", async () => {
  const folder = await tempFolder()
  writeFileSync(join(folder, "alyx.db"), "")
  linkSync(join(folder, "alyx.db"), join(folder, "twin.db"))

  for (const name of ["alyx.db", "twin.db"]) {
    expect(() => realDatabasePath(join(folder, name))).toThrow(expect.objectContaining({ code: "DATABASE_LINKED" }))
  }
})

test("a path that leads through a file cannot be written", async () => {
  const folder = await tempFolder()
  writeFileSync(join(folder, "file"), "")

  expect(() => realDatabasePath(join(folder, "file", "alyx.db"))).toThrow(
    expect.objectContaining({
      code: "FILE_UNWRITABLE",
      message: expect.stringContaining("a part of the path is a file"),
    }),
  )
})
