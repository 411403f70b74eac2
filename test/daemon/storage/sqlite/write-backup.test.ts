import { execFileSync } from "node:child_process"
import { mkdir, readdir, stat, utimes, writeFile } from "node:fs/promises"
import path from "node:path"
import { DatabaseSync } from "node:sqlite"

import { afterEach, beforeEach, describe, expect, test } from "vitest"

import { sqlQuery } from "../../../../src/daemon/storage/database.ts"
import { writeBackup } from "../../../../src/daemon/storage/sqlite/write-backup.ts"
import { makeSchema } from "../../../../src/schema/make-schema.ts"
import { canRun } from "../../../helpers/can-run.ts"
import { buildCollection, buildField } from "../build-schema.ts"
import { openTempDatabase } from "../open-temp-database.ts"
import type { TempDatabase } from "../open-temp-database.ts"

let temp: TempDatabase

beforeEach(async () => {
  temp = await openTempDatabase({ schema: makeSchema([buildCollection("notes", [buildField("text")])]) })
})

afterEach(() => temp.remove())

const insert = (text: string): Promise<unknown> =>
  temp.database.write((transaction) => transaction.run(sqlQuery("INSERT INTO notes (text) VALUES (?)", [text])))

function readBackup(file: string): { readonly texts: readonly string[]; readonly integrity: unknown } {
  const copy = new DatabaseSync(file, { readOnly: true })
  try {
    const rows = copy.prepare("SELECT text FROM notes ORDER BY rowid").all() as { text: string }[]
    return {
      texts: rows.map(({ text }) => text),
      integrity: copy.prepare("PRAGMA integrity_check").get()!["integrity_check"],
    }
  } finally {
    copy.close()
  }
}

describe("writeBackup", () => {
  test("holds what was answered before it began, is whole, and only its owner can read it", async () => {
    await insert("first")
    const dir = path.join(temp.folder, "backups")

    const backup = await writeBackup(temp.database, { dir, name: "before lossy/one", keepCount: 10 })

    expect(path.basename(backup.path)).toMatch(/^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z-before-lossy-one\.db$/)
    expect(readBackup(backup.path)).toEqual({ texts: ["first"], integrity: "ok" })
    expect((await stat(backup.path)).mode & 0o777).toBe(0o600)
    expect((await stat(dir)).mode & 0o777).toBe(0o700)
    expect(backup.bytes).toBe((await stat(backup.path)).size)
    expect(await readdir(dir)).toEqual([path.basename(backup.path)])
  })

  test("is one moment of the database while writes go on", async () => {
    await temp.database.write((transaction) =>
      transaction.run(
        sqlQuery(
          "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40000) INSERT INTO notes (text) SELECT printf('%0200d', i) FROM n",
        ),
      ),
    )
    const done = new AbortController()
    let answered = 0
    const writing = (async () => {
      for (; !done.signal.aborted; answered += 1) await insert(`later ${answered}`)
    })()

    const backup = await writeBackup(temp.database, { file: path.join(temp.folder, "copy.db") })
    done.abort()
    await writing

    const { texts, integrity } = readBackup(backup.path)
    const later = texts.slice(40_000)
    expect(integrity).toBe("ok")
    expect(answered).toBeGreaterThan(later.length)
    expect(later).toEqual(later.map((_, at) => `later ${at}`))
  })

  test("keeps the newest ones of a folder and touches nothing else there", async () => {
    const dir = path.join(temp.folder, "backups")
    await mkdir(dir)
    await writeFile(path.join(dir, "mine.db"), "")
    const abandoned = path.join(dir, `.x.db.${"0".repeat(12)}.part`)
    await writeFile(abandoned, "")
    await utimes(abandoned, 0, 0)

    const names: string[] = []
    for (let count = 0; count < 4; count += 1) {
      const { path: file } = await writeBackup(temp.database, { dir, name: `n${count}`, keepCount: 2 })
      names.push(path.basename(file))
    }

    expect(await readdir(dir)).toEqual([...names.slice(2), "mine.db"])
  })

  test("never removes what it has just written, though others have later names", async () => {
    const dir = path.join(temp.folder, "backups")
    await mkdir(dir)
    for (let count = 0; count < 3; count += 1) {
      await writeFile(path.join(dir, `2099-01-01T00-00-00.00${count}Z-ahead.db`), "")
    }

    const backup = await writeBackup(temp.database, { dir, name: "now", keepCount: 2 })

    expect(backup.bytes).toBeGreaterThan(0)
    expect(await readdir(dir)).toEqual([path.basename(backup.path), "2099-01-01T00-00-00.002Z-ahead.db"])
  })

  test("never replaces a file, the database least of all", async () => {
    await expect(writeBackup(temp.database, { file: temp.path })).rejects.toMatchObject({ code: "FILE_EXISTS" })
  })

  test("ends with the database", async () => {
    await insert("x".repeat(60_000_000))
    const backup = writeBackup(temp.database, { dir: path.join(temp.folder, "backups"), name: "late", keepCount: 1 })
    const outcome = backup.catch((error: unknown) => error)
    await new Promise((resolve) => setImmediate(resolve))

    await temp.database.stop()

    expect(await outcome).toMatchObject({ code: "SHUTTING_DOWN" })
    expect(await readdir(path.join(temp.folder, "backups")).catch(() => [])).toEqual([])
  })

  const canMount = canRun(
    process.platform === "linux" && process.getuid?.() === 0,
    "a full disk for a backup: only root on Linux can mount a small one",
  )

  test.skipIf(!canMount)("leaves nothing behind when the disk is full", async () => {
    await insert("x".repeat(4_000_000))
    const dir = path.join(temp.folder, "small")
    await mkdir(dir)
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", dir])
    try {
      const backup = writeBackup(temp.database, { dir, name: "full", keepCount: 10 })

      await expect(backup).rejects.toMatchObject({ code: "STORAGE_FULL" })
      expect(await readdir(dir)).toEqual([])
      await insert("still writing")
    } finally {
      execFileSync("umount", ["-l", dir])
    }
  })
})
