import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"

import { expect, test } from "vitest"

import { alyxError } from "../../src/errors.ts"
import { explainFileError } from "../../src/project/file-errors.ts"
import { tempFolder } from "../helpers/temp-folder.ts"

function caught(action: () => unknown): unknown {
  try {
    return action()
  } catch (error) {
    return error
  }
}

test("what the file system refuses is told by its path and its reason", async () => {
  const folder = await tempFolder()
  const error = caught(() => writeFileSync(folder, ""))

  expect(explainFileError(error)).toMatchObject({
    code: "FILE_UNWRITABLE",
    message: `${folder} cannot be written: it is a folder.`,
  })
})

test("a file system that is read-only, and a full disk, are no bugs", () => {
  for (const [code, reason] of [
    ["EROFS", "the file system is read-only"],
    ["ENOSPC", "the disk is full"],
  ]) {
    const error = Object.assign(new Error(`${code}: open`), { code, path: "/data/alyx.db.pid" })
    expect(explainFileError(error)).toMatchObject({
      code: "FILE_UNWRITABLE",
      message: `/data/alyx.db.pid cannot be written: ${reason}.`,
    })
  }
})

test("anything else stays what it is", async () => {
  const missing = caught(() => mkdirSync(join("/nowhere", "at", "all")))
  const own = alyxError("USAGE")
  const bug = new TypeError("x is not a function")

  for (const error of [missing, own, bug, undefined, "text"]) expect(explainFileError(error)).toBe(error)
})
