import { execFileSync } from "node:child_process"
import { mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"

import { expect, test } from "vitest"

import { readBeginning } from "../../src/project/read-beginning.ts"
import { tempFolder } from "../helpers/temp-folder.ts"

test("a small file is read as a whole, of a large one the whole lines at its beginning", async () => {
  const folder = await tempFolder()
  const line = `${"x".repeat(99)}\n`
  await writeFile(join(folder, "small"), "one\ntwo")
  await writeFile(join(folder, "large"), line.repeat(100_000))

  const large = readBeginning(join(folder, "large"))!

  expect(readBeginning(join(folder, "small"))).toBe("one\ntwo")
  expect(large).toBe(line.repeat(20_971).slice(0, -1))
})

test.skipIf(process.platform === "win32")("what is no file is not read, and nobody waits for it", async () => {
  const folder = await tempFolder()
  await mkdir(join(folder, "folder"))
  execFileSync("mkfifo", [join(folder, "pipe")])

  for (const name of ["folder", "pipe", "missing"]) expect(readBeginning(join(folder, name)), name).toBeUndefined()
})
