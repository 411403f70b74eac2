import { execFileSync } from "node:child_process"
import { lstat, readFile, symlink, writeFile } from "node:fs/promises"
import path from "node:path"

import { expect, test } from "vitest"

import { readHistory, writeHistory } from "../../../src/ui/data/shell-history.ts"
import { tempFolder } from "../../helpers/temp-folder.ts"

test("the lines of a session come back, and only their owner may read them", async () => {
  const file = path.join(await tempFolder(), "shell_history")

  await writeHistory(file, ["select 2", "select 1"])

  expect(readHistory(file)).toEqual(["select 2", "select 1"])
  expect((await lstat(file)).mode & 0o777).toBe(0o600)
})

test("a link in its place is replaced, and the file that it led to stays as it was", async () => {
  const folder = await tempFolder()
  const [theirs, file] = [path.join(folder, "theirs"), path.join(folder, "shell_history")]
  await writeFile(theirs, "theirs", { mode: 0o644 })
  await symlink(theirs, file)

  await writeHistory(file, ["select 1"])

  expect(await readFile(theirs, "utf8")).toBe("theirs")
  expect(readHistory(file)).toEqual(["select 1"])
})

test("a device or a pipe in its place is an empty history", async () => {
  const folder = await tempFolder()
  await symlink("/dev/zero", path.join(folder, "zero"))
  execFileSync("mkfifo", [path.join(folder, "pipe")])

  expect(["zero", "pipe"].map((name) => readHistory(path.join(folder, name)))).toEqual([[], []])
})
