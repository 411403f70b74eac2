import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { afterEach, beforeEach, describe, expect, test } from "vitest"

import { sqlQuery } from "../../../../src/daemon/storage/database.ts"
import { readMeta } from "../../../../src/daemon/storage/meta.ts"
import { openSqliteDatabase } from "../../../../src/daemon/storage/sqlite/sqlite-database.ts"
import type { SqliteDatabase } from "../../../../src/daemon/storage/sqlite/sqlite-database.ts"

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "alyx-open-"))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

function open(path: string): Promise<SqliteDatabase> {
  return openSqliteDatabase({
    path,
    durability: "full",
    cacheBytes: 1024 * 1024,
    onFatal: (error) => {
      throw error
    },
  })
}

describe("opening a database", () => {
  test("makes private files in a private folder", async () => {
    const path = join(folder, "data", "alyx.db")

    const database = await open(path)

    const modes = ["", "-wal", "-shm"].map((suffix) => statSync(path + suffix).mode & 0o777)
    expect(modes).toEqual([0o600, 0o600, 0o600])
    expect(statSync(join(folder, "data")).mode & 0o777).toBe(0o700)
    await database.stop()
  })

  test("keeps the epoch and the data from one start to the next, and leaves no log behind", async () => {
    const path = join(folder, "alyx.db")
    const first = await open(path)
    const epoch = first.read((reader) => readMeta(reader, "epoch"))
    await first.stop()
    expect(() => statSync(`${path}-wal`)).toThrow("ENOENT")

    const second = await open(path)

    expect(second.read((reader) => readMeta(reader, "epoch"))).toBe(epoch)
    expect(epoch).toMatch(/^[0-9a-f-]{36}$/)
    await second.stop()
  })

  test("waits for another program that holds the file for a moment", async () => {
    const path = join(folder, "alyx.db")
    const other = new DatabaseSync(path)
    other.exec("BEGIN EXCLUSIVE; CREATE TABLE theirs (a)")

    const opening = open(path)
    await new Promise((resolve) => setTimeout(resolve, 100))
    other.exec("COMMIT")
    other.close()
    const database = await opening

    expect(database.read((reader) => reader.get(sqlQuery("SELECT count(*) AS n FROM theirs")))).toMatchObject({ n: 0 })
    await database.stop()
  })

  test("sets the pragmas that the design asks for", async () => {
    const database = await open(join(folder, "alyx.db"))
    const pragma = (name: string): unknown =>
      Object.values(database.read((reader) => reader.get(sqlQuery(`PRAGMA ${name}`)))!)[0]

    expect({
      journal: pragma("journal_mode"),
      synchronous: pragma("synchronous"),
      autocheckpoint: pragma("wal_autocheckpoint"),
      busyTimeout: pragma("busy_timeout"),
      foreignKeys: pragma("foreign_keys"),
      recursiveTriggers: pragma("recursive_triggers"),
      trustedSchema: pragma("trusted_schema"),
      cacheKibibytes: pragma("cache_size"),
    }).toEqual({
      journal: "wal",
      synchronous: 1,
      autocheckpoint: 0,
      busyTimeout: 0,
      foreignKeys: 1,
      recursiveTriggers: 1,
      trustedSchema: 0,
      cacheKibibytes: -1024,
    })
    await database.stop()
  })

  test("refuses a file that is no database, with a next step, and leaves it as it is", async () => {
    const path = join(folder, "alyx.db")
    const text = "This is a letter to my aunt, and it is longer than the header of a database. ".repeat(20)
    writeFileSync(path, text)

    await expect(open(path)).rejects.toMatchObject({ code: "DATABASE_CORRUPT", next: expect.any(String) })

    expect(readFileSync(path, "utf8")).toBe(text)
  })

  test("refuses a database whose first pages are damaged, and leaves it as it is", async () => {
    const path = join(folder, "alyx.db")
    await (await open(path)).stop()
    const bytes = readFileSync(path)
    bytes.fill(0xff, 100, 4_096)
    writeFileSync(path, bytes)

    await expect(open(path)).rejects.toMatchObject({ code: "DATABASE_CORRUPT" })

    expect(readFileSync(path).equals(bytes)).toBe(true)
  })

  test("refuses a database of a newer version", async () => {
    const path = join(folder, "alyx.db")
    await (await open(path)).stop()
    const raw = new DatabaseSync(path)
    raw.exec("UPDATE _alyx_meta SET value = '99' WHERE key = 'format_version'")
    raw.close()

    await expect(open(path)).rejects.toMatchObject({ code: "DATABASE_NEWER", message: expect.stringContaining("99") })
  })

  test("refuses a folder in place of a file, and a path that leads through a file", async () => {
    mkdirSync(join(folder, "alyx.db"))
    writeFileSync(join(folder, "file"), "")

    await expect(open(join(folder, "alyx.db"))).rejects.toMatchObject({ code: "FILE_UNREADABLE" })
    await expect(open(join(folder, "file", "alyx.db"))).rejects.toMatchObject({ code: "FILE_UNREADABLE" })
  })

  test("takes an empty file for a new database", async () => {
    const path = join(folder, "alyx.db")
    writeFileSync(path, "")

    await (await open(path)).stop()
  })

  test("may be stopped twice, and after a failed start", async () => {
    const database = await open(join(folder, "alyx.db"))

    await Promise.all([database.stop(), database.stop()])
    expect(() => database.read(() => 1)).toThrow(expect.objectContaining({ code: "SHUTTING_DOWN" }))
  })
})
