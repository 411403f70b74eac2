import { readdir, readFile, stat, writeFile } from "node:fs/promises"
import path from "node:path"

import { expect, test } from "vitest"

import { writeFiles } from "../../src/client/write-files.ts"
import { frameOf } from "../../src/daemon/data/framed-output.ts"
import { tempFolder } from "../helpers/temp-folder.ts"

test("several files are written whole, for their owner alone, and replace others where that was asked for", async () => {
  const folder = await tempFolder()
  await writeFile(path.join(folder, "a.csv"), "old")

  const written = await writeFiles(answer(), { place: folder, isFolder: true, mayReplace: true })

  expect(written).toEqual([path.join(folder, "a.csv"), path.join(folder, "b.csv")])
  expect(await readFile(path.join(folder, "a.csv"), "utf8")).toBe("a,b\n")
  expect((await stat(path.join(folder, "b.csv"))).mode & 0o777).toBe(0o600)
  expect((await readdir(folder)).toSorted()).toEqual(["a.csv", "b.csv"])
})

test("a file that comes while others are written is not replaced, and none of them is left", async () => {
  const folder = await tempFolder()
  const theirs = path.join(folder, "b.csv")

  await expect(
    writeFiles(
      answer(() => writeFile(theirs, "theirs")),
      { place: folder, isFolder: true, mayReplace: false },
    ),
  ).rejects.toMatchObject({ code: "FILE_EXISTS" })

  expect(await readdir(folder)).toEqual(["b.csv"])
  expect(await readFile(theirs, "utf8")).toBe("theirs")
})

/** Two files in one stream, and what happens before its end. */
async function* answer(beforeEnd?: () => Promise<void>): AsyncGenerator<Uint8Array> {
  yield Buffer.from(frameOf("a.csv", "a,b\n"))
  yield Buffer.from(frameOf("b.csv", "c,d\n"))
  await beforeEnd?.()
}
