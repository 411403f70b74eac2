import { readFile, rename, rm, utimes, writeFile } from "node:fs/promises"
import path from "node:path"
import { setTimeout } from "node:timers/promises"

import { expect, test } from "vitest"

import { clockTickMs, FileHashes, hashOf } from "../../src/functions/file-hashes.ts"
import { tempFolder } from "../helpers/temp-folder.ts"

/** Until a change has become one of the past, and the hash of the file may be kept. */
const settled = (): Promise<void> => setTimeout(clockTickMs + 5)

test("the hash of a file is that of what it holds, whatever changes it", async () => {
  const folder = await tempFolder()
  const [file, other] = [path.join(folder, "a.js"), path.join(folder, "b.js")]
  const hashes = new FileHashes()
  const hash = async (): Promise<string | undefined> => (await hashes.read([file]))[0]?.hash
  const past = new Date("2020-01-01T00:00:00Z")
  await writeFile(file, "first")
  await utimes(file, past, past)
  await settled()

  expect([await hash(), await hash()]).toEqual([hashOf("first"), hashOf("first")])
  // As long as before, and no younger: what unpacks an archive does this.
  await writeFile(file, "other")
  await utimes(file, past, past)
  expect(await hash()).toBe(hashOf("other"))
  await writeFile(other, "moved")
  await utimes(other, past, past)
  await settled()
  await rename(other, file)
  expect(await hash()).toBe(hashOf("moved"))
  await rm(file)
  expect(await hashes.read([file])).toEqual([{ hash: "gone", changedMs: Infinity }])
})

test("a file that was saved a moment ago is read again, since its next save may look the same", async () => {
  const file = path.join(await tempFolder(), "a.js")
  const hashes = new FileHashes()

  for (let number = 100; number < 400; number += 1) {
    await writeFile(file, String(number))
    expect((await hashes.read([file]))[0]?.hash).toBe(hashOf(await readFile(file)))
  }
})
