import { execFileSync } from "node:child_process"
import { open, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises"
import path from "node:path"

import { describe, expect, test } from "vitest"

import { lastLines, openLogFile } from "../../src/client/log-file.ts"
import { tempFolder } from "../helpers/temp-folder.ts"

async function writeSparse(file: string, bytes: number): Promise<void> {
  const handle = await open(file, "w")
  await handle.truncate(bytes)
  await handle.close()
}

describe("openLogFile", () => {
  test("only its owner may read the log, and a new daemon adds to it", async () => {
    const file = path.join(await tempFolder(), "daemon.log")

    for (const line of ["one\n", "two\n"]) {
      const log = await openLogFile(file)
      await log.write(line)
      await log.close()
    }

    expect(await readFile(file, "utf8")).toBe("one\ntwo\n")
    expect((await stat(file)).mode & 0o777).toBe(0o600)
  })

  test("a link is not followed, and a pipe is not waited for", async () => {
    const folder = await tempFolder()
    const [theirs, log, pipe] = ["theirs", "daemon.log", "pipe.log"].map((name) => path.join(folder, name)) as [
      string,
      string,
      string,
    ]
    await writeFile(theirs, "theirs\n")
    await symlink(theirs, log)
    execFileSync("mkfifo", [pipe])

    for (const file of [log, pipe]) {
      await expect(openLogFile(file)).rejects.toMatchObject({ code: "FILE_UNWRITABLE", next: "Remove it." })
    }
    expect(await lastLines(pipe, { count: 1, fromByte: 0 })).toEqual([])
    expect(await readFile(theirs, "utf8")).toBe("theirs\n")
  })

  test("a large log is put aside, and three of those are kept", async () => {
    const folder = await tempFolder()
    const file = path.join(folder, "daemon.log")

    for (let run = 0; run < 5; run += 1) {
      await writeSparse(file, 11 * 1024 * 1024)
      await (await openLogFile(file)).close()
    }

    expect((await readdir(folder)).toSorted()).toEqual(["daemon.log", "daemon.log.1", "daemon.log.2", "daemon.log.3"])
    expect((await stat(file)).size).toBe(0)
  })
})

describe("lastLines", () => {
  test("the last lines after a place are returned, without empty ones", async () => {
    const file = path.join(await tempFolder(), "daemon.log")
    await writeFile(file, "old\n\na\nb\n\nc\n")

    expect(await lastLines(file, { count: 2, fromByte: 4 })).toEqual(["b", "c"])
    expect(await lastLines(file, { count: 9, fromByte: 4 })).toEqual(["a", "b", "c"])
    expect(await lastLines(`${file}.none`, { count: 9, fromByte: 0 })).toEqual([])
  })
})
