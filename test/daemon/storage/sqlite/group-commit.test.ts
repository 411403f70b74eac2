import { execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, readdirSync, readlinkSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, test } from "vitest"

import { sqlQuery } from "../../../../src/daemon/storage/database.ts"
import type { Transaction } from "../../../../src/daemon/storage/database.ts"
import { canRun } from "../../../helpers/can-run.ts"
import { openTempDatabase } from "../open-temp-database.ts"
import type { TempDatabase } from "../open-temp-database.ts"

let temp: TempDatabase

async function open(path?: string): Promise<void> {
  temp = await openTempDatabase(path === undefined ? {} : { path })
  await temp.database.exclusive((connection) =>
    connection.execute(`
      CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
      CREATE TRIGGER refuse AFTER INSERT ON notes WHEN NEW.text = 'roll back all' BEGIN SELECT RAISE(ROLLBACK, 'refused'); END;
    `),
  )
}

const insert = (text: string) => (transaction: Transaction) =>
  transaction.run(sqlQuery("INSERT INTO notes (text) VALUES (?)", [text]))

const reply = (note: number) => (transaction: Transaction) =>
  transaction.run(sqlQuery("INSERT INTO replies (note) VALUES (?)", [note]))

const appendToAll = (transaction: Transaction): unknown =>
  transaction.run(sqlQuery("UPDATE notes SET text = text || 'y' WHERE id > 1"))

const texts = (): string[] =>
  temp.database
    .read((reader) => reader.all<{ text: string }>(sqlQuery("SELECT text FROM notes ORDER BY id")))
    .map((row) => row.text)

const outcomeCode = (outcome: PromiseSettledResult<unknown>): string =>
  outcome.status === "fulfilled" ? "done" : String((outcome.reason as { code?: string }).code ?? outcome.reason)

describe("when the engine rolls the whole group back", () => {
  beforeEach(() => open())
  afterEach(() => temp.remove())

  test("what had succeeded runs again, once each, and only the culprit fails", async () => {
    const runs = new Map<string, number>()
    const counted = (text: string) => (transaction: Transaction) => {
      runs.set(text, (runs.get(text) ?? 0) + 1)
      return insert(text)(transaction)
    }

    const outcomes = await Promise.allSettled(
      ["a", "b", "roll back all", "c", "d"].map((text) => temp.database.write(counted(text))),
    )

    expect(outcomes.map((outcome) => outcome.status)).toEqual([
      "fulfilled",
      "fulfilled",
      "rejected",
      "fulfilled",
      "fulfilled",
    ])
    expect(texts()).toEqual(["a", "b", "c", "d"])
    expect(Object.fromEntries(runs)).toEqual({ a: 2, b: 2, "roll back all": 1, c: 1, d: 1 })
  })

  test("a work that catches the error cannot make the others believe that all is well", async () => {
    const outcomes = await Promise.allSettled([
      temp.database.write(insert("a")),
      temp.database.write((transaction) => {
        try {
          insert("roll back all")(transaction)
        } catch {
          return "as if nothing had happened"
        }
        return "done"
      }),
      temp.database.write(insert("b")),
    ])

    expect(outcomes.map((outcome) => outcome.status)).toEqual(["fulfilled", "rejected", "fulfilled"])
    expect(texts()).toEqual(["a", "b"])
  })

  test("nothing can be written past the transaction that is gone", async () => {
    const write = temp.database.write(
      (transaction) => {
        try {
          insert("roll back all")(transaction)
        } catch {
          insert("outside any transaction")(transaction)
        }
      },
      { requestId: "req" },
    )

    await expect(write).rejects.toThrow("rolled back")
    expect(texts()).toEqual([])
  })

  test("a write that cannot be undone takes its group along, whose others run again", async () => {
    const outcomes = await Promise.allSettled([
      temp.database.write(insert("a")),
      temp.database.write((transaction) => {
        insert("half")(transaction)
        transaction.run(sqlQuery("RELEASE request"))
        throw new Error("the savepoint is gone")
      }),
      temp.database.write(insert("b")),
    ])

    expect(outcomes.map((outcome) => outcome.status)).toEqual(["fulfilled", "rejected", "fulfilled"])
    expect(texts()).toEqual(["a", "b"])
  })

  test("a commit that fails fails only the write that is to blame", async () => {
    await temp.database.exclusive((connection) =>
      connection.execute(
        "CREATE TABLE replies (id INTEGER PRIMARY KEY, note INTEGER REFERENCES notes (id) DEFERRABLE INITIALLY DEFERRED)",
      ),
    )
    const outcomes = await Promise.allSettled([
      temp.database.write(insert("a")),
      temp.database.write(reply(99)),
      temp.database.write(insert("b")),
    ])
    const alone = await Promise.allSettled([temp.database.write(reply(99))])
    await temp.database.write(insert("c"))

    expect([...outcomes, ...alone].map(outcomeCode)).toEqual([
      "done",
      "REFERENCE_CONFLICT",
      "done",
      "REFERENCE_CONFLICT",
    ])
    expect(texts()).toEqual(["a", "b", "c"])
  })

  test("writes to a file that is cut off under the daemon are refused, each of them, and the process goes on", async () => {
    await Promise.all(Array.from({ length: 200 }, () => temp.database.write(insert("x".repeat(4_000)))))
    await temp.database.exclusive((connection) => connection.execute("PRAGMA wal_checkpoint(TRUNCATE)"))
    await temp.database.exclusive((connection) => connection.execute("PRAGMA shrink_memory"))
    truncateSync(temp.path, 8_192)

    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => temp.database.write(appendToAll)))

    expect(outcomes.map((outcome) => outcome.status)).toEqual(Array.from({ length: 5 }, () => "rejected"))
  })

  test("a full database refuses large writes with 507, keeps small ones, and reads go on", async () => {
    await temp.database.exclusive((connection) => {
      const pages = connection.get<{ page_count: number }>(sqlQuery("PRAGMA page_count"))
      connection.execute(`PRAGMA max_page_count = ${pages!.page_count + 2}`)
    })

    const outcomes = await Promise.allSettled([
      temp.database.write(insert("small")),
      temp.database.write(insert("x".repeat(100_000))),
      temp.database.write(insert("also small")),
    ])

    expect(outcomes.map(outcomeCode)).toEqual(["done", "STORAGE_FULL", "done"])
    expect(texts()).toEqual(["small", "also small"])
  })
})

const canMount = canRun(
  process.platform === "linux" && process.getuid?.() === 0,
  "a full disk under the storage: only root on Linux can mount a small one",
)

describe.skipIf(!canMount)("when the disk is full", () => {
  let disk: string

  beforeEach(() => {
    disk = mountSmallDisk()
  })

  afterEach(() => {
    execFileSync("umount", [disk])
    rmSync(disk, { recursive: true })
  })

  test("writes answer 507, reads go on, and writes work again once there is room", async () => {
    await open(join(disk, "alyx.db"))
    const ballast = join(disk, "ballast")
    await temp.database.write(insert("before"))
    fillDisk(ballast)

    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) => temp.database.write(insert(`${index}`.repeat(20_000)))),
    )
    const kept = texts()
    rmSync(ballast)
    await temp.database.write(insert("after"))

    expect(new Set(outcomes.map(outcomeCode))).toContain("STORAGE_FULL")
    expect(kept[0]).toBe("before")
    expect(kept).toHaveLength(1 + outcomes.filter((outcome) => outcome.status === "fulfilled").length)
    expect(texts().at(-1)).toBe("after")
    expect(temp.database.read((reader) => ({ ...reader.get(sqlQuery("PRAGMA integrity_check")) }))).toEqual({
      integrity_check: "ok",
    })
    await temp.remove()
  })

  test("closing says what failed, and leaves nothing open", async () => {
    const warnings: string[] = []
    temp = await openTempDatabase({ path: join(disk, "alyx.db"), onWarning: (message) => warnings.push(message) })
    await temp.database.exclusive((connection) => connection.execute("CREATE TABLE notes (id INTEGER, text TEXT)"))
    await temp.database.write(insert("x".repeat(500_000)))
    fillDisk(join(disk, "ballast"))

    await temp.database.stop()

    expect(warnings).toEqual([expect.stringContaining("The last checkpoint failed while the database was closed")])
    expect(filesOpenIn(disk)).toEqual([])
    await temp.remove()
  })
})

function filesOpenIn(folder: string): readonly string[] {
  return readdirSync("/proc/self/fd")
    .map((descriptor) => readlinkIfOpen(`/proc/self/fd/${descriptor}`))
    .filter((path) => path.startsWith(folder))
}

/** The descriptor that lists the folder is closed by the time it is looked at. */
function readlinkIfOpen(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ""
  }
}

/** Two megabytes of memory as a disk, or undefined when this user may not mount. */
function mountSmallDisk(): string {
  const folder = mkdtempSync(join(tmpdir(), "alyx-disk-"))
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", folder], { stdio: "ignore" })
  return folder
}

function fillDisk(file: string): void {
  for (let bytes = 1_000_000; bytes >= 4_096;) {
    try {
      writeFileSync(file, Buffer.alloc(bytes), { flag: "a" })
    } catch {
      bytes = Math.floor(bytes / 2)
    }
  }
}

describe("while another process holds the write lock", () => {
  beforeEach(() => open())
  afterEach(() => temp.remove())

  test("writes wait without stopping reads, and go through when it lets go", async () => {
    const other = await lockFromOutside()

    const write = temp.database.write(insert("waited"))
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(texts()).toEqual([])
    await other.letGo()
    await write

    expect(texts()).toEqual(["waited"])
  })

  test("writes that waited five seconds are refused with Retry-After", { timeout: 20_000 }, async () => {
    const other = await lockFromOutside()

    const error: unknown = await temp.database.write(insert("late")).catch((reason: unknown) => reason)
    await other.letGo()
    await temp.database.write(insert("later"))

    expect(error).toMatchObject({ code: "DATABASE_BUSY", status: 503, retryAfterSeconds: 1 })
    expect(texts()).toEqual(["later"])
  })
})

/** A second process with an open write transaction. */
async function lockFromOutside(): Promise<{ letGo(): Promise<void> }> {
  const script = `const { DatabaseSync } = require("node:sqlite")
    const database = new DatabaseSync(${JSON.stringify(temp.path)}, { timeout: 5000 })
    database.exec("BEGIN IMMEDIATE"); process.send("locked"); process.on("message", () => process.exit())`
  const child = spawn(process.execPath, ["--eval", script], { stdio: ["ignore", "inherit", "inherit", "ipc"] })
  await once(child, "message")
  return {
    letGo: async () => {
      const exit = once(child, "exit")
      child.send("go")
      await exit
    },
  }
}

function busy(transaction: Transaction): void {
  insert("x")(transaction)
  const until = performance.now() + 4
  while (performance.now() < until);
}

describe("limits", () => {
  beforeEach(() => open())
  afterEach(() => temp.remove())

  test("more than ten thousand waiting writes are refused, and the others are kept", async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10_010 }, (_, index) => temp.database.write(insert(`${index}`))),
    )

    expect(outcomes.filter((outcome) => outcomeCode(outcome) === "OVERLOADED")).toHaveLength(10)
    expect(texts()).toHaveLength(10_000)
  })

  test("a group ends after ten milliseconds of work", async () => {
    const before = temp.database.stats().commitCount
    await Promise.all(Array.from({ length: 12 }, () => temp.database.write(busy)))

    expect(temp.database.stats().commitCount - before).toBeGreaterThanOrEqual(4)
  })

  test("writes wait while one piece of work has the database to itself, then go on in order", async () => {
    let release: (() => void) | undefined
    const exclusive = temp.database.exclusive(
      (connection) =>
        new Promise<void>((resolve) => {
          release = () => {
            connection.execute("INSERT INTO notes (text) VALUES ('exclusive')")
            resolve()
          }
        }),
    )
    const write = temp.database.write(insert("after"))
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(texts()).toEqual([])

    release!()
    await Promise.all([exclusive, write])

    expect(texts()).toEqual(["exclusive", "after"])
  })

  test("the log stays bounded under load", { timeout: 60_000 }, async () => {
    let walBytesSeen = 0
    const big = "x".repeat(20_000)
    const client = async (): Promise<void> => {
      for (let count = 0; count < 150; count += 1) {
        await temp.database.write(insert(big))
        walBytesSeen = Math.max(walBytesSeen, temp.database.stats().walBytes)
      }
    }

    await Promise.all(Array.from({ length: 32 }, client))

    expect(walBytesSeen).toBeGreaterThan(0)
    expect(walBytesSeen).toBeLessThan(40 * 1024 * 1024)
    expect(texts()).toHaveLength(4_800)
  })
})
