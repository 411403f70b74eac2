import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises"
import { join } from "node:path"

import { expect, test } from "vitest"

import { createFileAtomically, writeFileAtomically } from "../../src/lib/atomic-write.ts"
import { tempFolder } from "../helpers/temp-folder.ts"

test("writing makes the folder, replaces the old file and leaves nothing else behind", async () => {
  const folder = join(await tempFolder(), "a", "b")

  await writeFileAtomically(join(folder, "file"), "one")
  await writeFileAtomically(join(folder, "file"), "two", { mode: 0o600 })

  expect(await readFile(join(folder, "file"), "utf8")).toBe("two")
  expect((await stat(join(folder, "file"))).mode & 0o777).toBe(0o600)
  expect(await readdir(folder)).toEqual(["file"])
})

test("a write that fails leaves the old state and no temporary file", async () => {
  const folder = await tempFolder()
  await mkdir(join(folder, "file"))

  await expect(writeFileAtomically(join(folder, "file"), "text")).rejects.toThrow()

  expect(await readdir(folder)).toEqual(["file"])
})

test("of many that create one file at once, one wins and its content is whole", async () => {
  const folder = await tempFolder()
  const contents = Array.from({ length: 20 }, (_, index) => String(index).repeat(10_000))

  const made = await Promise.all(contents.map((content) => createFileAtomically(join(folder, "file"), content)))

  const winners = contents.filter((_, index) => made[index])
  expect(winners).toEqual([await readFile(join(folder, "file"), "utf8")])
  expect(await readdir(folder)).toEqual(["file"])
})

test("creating does not touch a file, a folder or a dangling link of that name", async () => {
  const folder = await tempFolder()
  await writeFile(join(folder, "file"), "mine")
  await chmod(join(folder, "file"), 0o400)
  await mkdir(join(folder, "folder"))
  await symlink("nowhere", join(folder, "link"))

  for (const name of ["file", "folder", "link"]) {
    expect(await createFileAtomically(join(folder, name), "theirs")).toBe(false)
  }

  expect(await readFile(join(folder, "file"), "utf8")).toBe("mine")
  expect((await readdir(folder)).toSorted()).toEqual(["file", "folder", "link"])
})
