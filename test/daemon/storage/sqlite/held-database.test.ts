import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"

import { sqlQuery } from "../../../../src/daemon/storage/database.ts"
import type { Transaction } from "../../../../src/daemon/storage/database.ts"
import { openTempDatabase } from "../open-temp-database.ts"
import type { TempDatabase } from "../open-temp-database.ts"

let temp: TempDatabase

async function open(): Promise<void> {
  temp = await openTempDatabase()
  await temp.database.exclusive((connection) =>
    connection.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT"),
  )
}

const insert = (text: string) => (transaction: Transaction) =>
  transaction.run(sqlQuery("INSERT INTO notes (text) VALUES (?)", [text]))

const texts = (): string[] =>
  temp.database
    .read((reader) => reader.all<{ text: string }>(sqlQuery("SELECT text FROM notes ORDER BY id")))
    .map((row) => row.text)

/** As if so much time had passed at once. */
function passTime(ms: number): void {
  const now = performance.now.bind(performance)
  vi.spyOn(performance, "now").mockImplementation(() => now() + ms)
}

describe("while the server itself holds the database", () => {
  beforeEach(() => open())
  afterEach(async () => {
    vi.restoreAllMocks()
    await temp.remove()
  })

  test("writes wait for a transaction of a function to its end, however long", async () => {
    const signal = new AbortController().signal
    const transaction = await temp.database.beginTransaction({ timeoutMs: 10_000, signal })
    transaction.write(insert("within"))
    const write = temp.database.write(insert("after"))
    passTime(9_000)
    // Longer than it takes to be noticed.
    await new Promise((resolve) => setTimeout(resolve, 250))
    await transaction.commit()
    await write

    expect(texts()).toEqual(["within", "after"])
  })

  test("writes that waited five seconds for other work are refused, and told for what", async () => {
    const release = Promise.withResolvers<void>()
    const work = temp.database.exclusive(() => release.promise)
    await new Promise((resolve) => setImmediate(resolve))
    const write = temp.database.write(insert("late"))
    passTime(6_000)

    await expect(write).rejects.toMatchObject({
      code: "DATABASE_BUSY",
      message: expect.stringContaining("The server itself holds the database") as string,
    })
    release.resolve()
    await work
  })
})
