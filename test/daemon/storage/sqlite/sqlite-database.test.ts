import { existsSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { setImmediate as nextTurn } from "node:timers/promises"
import { afterEach, beforeEach, describe, expect, test } from "vitest"

import { isAlyxError } from "../../../../src/errors.ts"
import { sqlQuery } from "../../../../src/daemon/storage/database.ts"
import type { Transaction } from "../../../../src/daemon/storage/database.ts"
import { openTempDatabase } from "../open-temp-database.ts"
import type { TempDatabase } from "../open-temp-database.ts"

let temp: TempDatabase

beforeEach(async () => {
  temp = await openTempDatabase()
  await temp.database.exclusive((connection) => {
    connection.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT")
  })
})

afterEach(() => temp.remove())

const insert = (text: string) => (transaction: Transaction) =>
  transaction.run(sqlQuery("INSERT INTO notes (text) VALUES (?)", [text]))

const texts = (): string[] =>
  temp.database
    .read((reader) => reader.all<{ text: string }>(sqlQuery("SELECT text FROM notes ORDER BY id")))
    .map((row) => row.text)

describe("writes", () => {
  test("of one turn share a commit and keep their order", async () => {
    const commitsBefore = temp.database.stats().commitCount

    await Promise.all(Array.from({ length: 100 }, (_, index) => temp.database.write(insert(`n${index}`))))

    expect(texts()).toEqual(Array.from({ length: 100 }, (_, index) => `n${index}`))
    expect(temp.database.stats().commitCount - commitsBefore).toBe(1)
  })

  test("answer with what their work returned", async () => {
    await expect(temp.database.write((transaction) => insert("a")(transaction).changes)).resolves.toBe(1)
  })

  test("that throw roll back alone", async () => {
    const outcomes = await Promise.allSettled([
      temp.database.write(insert("first")),
      temp.database.write((transaction) => {
        insert("gone")(transaction)
        throw new Error("no")
      }),
      temp.database.write(insert("first")),
      temp.database.write(insert("last")),
    ])

    expect(outcomes.map((outcome) => outcome.status)).toEqual(["fulfilled", "rejected", "rejected", "fulfilled"])
    expect(texts()).toEqual(["first", "last"])
  })

  test("that throw in a group of their own leave nothing and no open transaction", async () => {
    await expect(
      temp.database.write((transaction) => {
        insert("gone")(transaction)
        throw new Error("no")
      }),
    ).rejects.toThrow("no")

    await temp.database.write(insert("next"))

    expect(texts()).toEqual(["next"])
  })

  test("must be synchronous", async () => {
    let late: Promise<unknown> | undefined
    const write = temp.database.write((transaction) => {
      late = Promise.resolve().then(() => insert("late")(transaction))
      return late
    })

    await expect(write).rejects.toThrow("synchronous")
    await expect(late).rejects.toThrow("The transaction is over")
    expect(texts()).toEqual([])
  })

  test("name the collection and the field of a unique conflict", async () => {
    await temp.database.write(insert("one"))

    const error = await temp.database.write(insert("one")).catch((reason: unknown) => reason)

    expect(isAlyxError(error, "UNIQUE_CONFLICT") && error.details).toEqual({ collection: "notes", fields: ["text"] })
  })

  test("tell the listeners once a group, and only when something was written", async () => {
    let calls = 0
    const stop = temp.database.onCommit(() => (calls += 1))

    await Promise.all([temp.database.write(insert("a")), temp.database.write(insert("b"))])
    await temp.database.write(() => "nothing")
    stop()
    await temp.database.write(insert("c"))

    expect(calls).toBe(1)
  })

  test("are refused after stop has begun, while those before it are kept", async () => {
    const kept = temp.database.write(insert("kept"))
    const stopped = temp.database.stop()

    await expect(temp.database.write(insert("late"))).rejects.toMatchObject({ code: "SHUTTING_DOWN" })
    await kept
    await stopped
  })
})

describe("reads", () => {
  test("convert what node:sqlite would not: dates, booleans, undefined, large integers", () => {
    const row = temp.database.read((reader) =>
      reader.get(
        sqlQuery(
          "SELECT ? AS date, ? AS yes, ? AS absent, ? AS large, 9007199254740991 AS safe, 9007199254740993 AS wide",
          [new Date(0), true, undefined, 2n ** 62n],
        ),
      ),
    )

    expect({ ...row }).toEqual({
      date: "1970-01-01T00:00:00.000Z",
      yes: 1,
      absent: null,
      large: 2n ** 62n,
      safe: 9007199254740991,
      wide: 9007199254740993n,
    })
  })

  test("may leave a walk half way without holding back the log", async () => {
    await Promise.all(Array.from({ length: 10 }, (_, index) => temp.database.write(insert(`n${index}`))))

    const first = temp.database.read((reader) => {
      for (const row of reader.iterate<{ text: string }>(sqlQuery("SELECT text FROM notes ORDER BY id")))
        return row.text
      return undefined
    })
    const checkpoint = temp.database.read((reader) => reader.get(sqlQuery("SELECT 1 AS one")))

    expect(first).toBe("n0")
    expect({ ...checkpoint }).toEqual({ one: 1 })
  })
})

const away = (): string => `${temp.path}.away`

describe("a database whose file is lost", () => {
  test("takes no writes until the file is back, and is read meanwhile", async () => {
    await temp.database.write(insert("before"))
    renameSync(temp.path, away())

    await expect(temp.database.write(insert("lost"))).rejects.toMatchObject({ code: "DATABASE_MOVED" })
    await expect(temp.database.exclusive(() => undefined)).rejects.toMatchObject({ code: "DATABASE_MOVED" })
    await expect(temp.database.readSlow([sqlQuery("SELECT 1")])).rejects.toMatchObject({ code: "DATABASE_MOVED" })
    expect(temp.database.fault()?.code).toBe("DATABASE_MOVED")
    expect(temp.database.stats().fileBytes).toBe(0)
    expect(texts()).toEqual(["before"])

    renameSync(away(), temp.path)
    await nextTurn()
    await temp.database.write(insert("after"))
    expect(texts()).toEqual(["before", "after"])
    expect(temp.database.fault()).toBeUndefined()
  })

  test("is not mistaken for the one that took its place", async () => {
    renameSync(temp.path, away())
    writeFileSync(temp.path, "")

    await expect(temp.database.write(insert("lost"))).rejects.toMatchObject({ code: "DATABASE_MOVED" })
  })

  test("takes no writes without its log either", async () => {
    rmSync(`${temp.path}-wal`)

    await expect(temp.database.write(insert("lost"))).rejects.toMatchObject({ code: "DATABASE_MOVED" })
  })

  test("can be closed, and leaves nothing where it was", async () => {
    rmSync(temp.folder, { recursive: true })

    await temp.database.stop()

    expect(existsSync(temp.path)).toBe(false)
  })
})
