import { readFile, stat, writeFile } from "node:fs/promises"
import { createRequire } from "node:module"
import path from "node:path"

import { execa } from "execa"
import { describe, expect, test } from "vitest"

import { withLock } from "../../scripts/build/lock.ts"
import { tempFolder } from "../helpers/temp-folder.ts"

const lockModule = createRequire(import.meta.url).resolve("../../scripts/lock.cjs")

/** A process that counts up a number in a file under the lock, slowly enough for others to come in between. */
const worker = `
const fs = require("node:fs")
const { withLock } = require(${JSON.stringify(lockModule)})
const [lock, counter] = process.argv.slice(1)
withLock(lock, { waitMsMax: 30_000 }, async () => {
  const count = Number(fs.readFileSync(counter, "utf8"))
  await new Promise((resolve) => setTimeout(resolve, 20))
  fs.writeFileSync(counter, String(count + 1))
})`

async function deadPid(): Promise<number> {
  const child = execa(process.execPath, ["-e", ""])
  await child
  return child.pid!
}

describe("withLock", () => {
  test("lets one process work at a time, also when all of them find the lock of a dead one", async () => {
    const folder = await tempFolder()
    const [lock, counter] = [path.join(folder, "lock"), path.join(folder, "counter")]
    await writeFile(lock, String(await deadPid()))
    await writeFile(counter, "0")

    await Promise.all(Array.from({ length: 8 }, () => execa(process.execPath, ["-e", worker, lock, counter])))

    expect(await readFile(counter, "utf8")).toBe("8")
    await expect(stat(lock)).rejects.toThrow("ENOENT")
  })

  test("leaves a stale lock alone while somebody else looks at it", async () => {
    const folder = await tempFolder()
    const lock = path.join(folder, "lock")
    await writeFile(lock, String(await deadPid()))
    await writeFile(`${lock}.stale`, "")

    const work = withLock(lock, { waitMsMax: 100 }, () => Promise.resolve())

    await expect(work).rejects.toThrow(/holds .*lock for over/)
  })

  test("gives the lock back when the work fails", async () => {
    const lock = path.join(await tempFolder(), "lock")

    const failed = withLock(lock, { waitMsMax: 1_000 }, () => Promise.reject(new Error("no")))

    await expect(failed).rejects.toThrow("no")
    expect(await withLock(lock, { waitMsMax: 1_000 }, () => Promise.resolve("yes"))).toBe("yes")
  })
})
