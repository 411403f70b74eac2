import { execFileSync } from "node:child_process"
import { appendFile, symlink, truncate, writeFile } from "node:fs/promises"
import path from "node:path"

import { expect, test } from "vitest"

import { hashFiles, hashOfFile, missingHash } from "../../../src/daemon/dev/file-hashes.ts"
import { tempFolder } from "../../helpers/temp-folder.ts"

const notFile = "unreadable:not-a-file"

test.skipIf(process.platform === "win32").each(["/dev/null", "/dev/zero", "/dev/tty"])(
  "a link to %s is no file, and is not opened",
  async (device) => {
    const file = path.join(await tempFolder(), "001_device.yaml")
    await symlink(device, file)

    expect(await hashOfFile(file)).toBe(notFile)
  },
)

test.skipIf(process.platform === "win32")("a pipe that nobody writes to keeps nobody waiting", async () => {
  const folder = await tempFolder()
  const pipes = Array.from({ length: 8 }, (_, index) => path.join(folder, `00${index}_pipe.yaml`))
  execFileSync("mkfifo", pipes)

  // More than the thread pool has threads: were each of them waited for, nothing else would run.
  expect([...(await hashFiles(pipes)).values()]).toEqual(pipes.map(() => notFile))
})

test("a file larger than any that is read is not read, and a change of it is seen", async () => {
  const file = path.join(await tempFolder(), "schema.yaml")
  await writeFile(file, "")
  await truncate(file, 64 * 1024 ** 3)

  const before = await hashOfFile(file)
  await appendFile(file, "more")
  const after = await hashOfFile(file)

  expect(before).toMatch(/^large:/)
  expect(after).toMatch(/^large:/)
  expect(after).not.toBe(before)
})

test("many files are hashed each by its content, and one that is not there as such", async () => {
  const folder = await tempFolder()
  const files = Array.from({ length: 40 }, (_, index) => path.join(folder, `${index}.yaml`))
  for (const [index, file] of files.entries()) await writeFile(file, "x".repeat(index * 10_007))

  const hashes = await hashFiles([...files, path.join(folder, "none.yaml")])

  expect(new Set(hashes.values()).size).toBe(41)
  expect(hashes.get(files[0]!)).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
  expect(hashes.get(path.join(folder, "none.yaml"))).toBe(missingHash)
})
