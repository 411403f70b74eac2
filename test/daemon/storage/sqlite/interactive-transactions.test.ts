import { fork } from "node:child_process"
import { once } from "node:events"
import { renameSync } from "node:fs"
import { fileURLToPath } from "node:url"

import { afterEach, beforeEach, expect, test } from "vitest"

import { sqlQuery } from "../../../../src/daemon/storage/database.ts"
import type { InteractiveTransaction, Reader, Transaction } from "../../../../src/daemon/storage/database.ts"
import { openSqliteDatabase } from "../../../../src/daemon/storage/sqlite/sqlite-database.ts"
import { scaled } from "../../../helpers/scale.ts"
import { openTempDatabase } from "../open-temp-database.ts"
import type { TempDatabase } from "../open-temp-database.ts"

let temp: TempDatabase
let ending: AbortController

beforeEach(async () => {
  ending = new AbortController()
  temp = await openTempDatabase()
  await temp.database.exclusive((connection) =>
    connection.execute(`
      CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
      CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
      CREATE TRIGGER refuse AFTER INSERT ON notes WHEN NEW.text = 'roll back all' BEGIN SELECT RAISE(ROLLBACK, 'refused'); END;
    `),
  )
})

afterEach(() => temp.remove())

const insert = (text: string) => (transaction: Transaction) =>
  transaction.run(sqlQuery("INSERT INTO notes (text) VALUES (?)", [text]))

const allTexts = (reader: Reader): string[] =>
  reader.all<{ text: string }>(sqlQuery("SELECT text FROM notes ORDER BY id")).map(({ text }) => text)

const committed = (): string[] => temp.database.read(allTexts)

const begin = (timeoutMs = 5_000): Promise<InteractiveTransaction> =>
  temp.database.beginTransaction({ timeoutMs, signal: ending.signal })

const valueOf = (reader: Reader, name: string): number =>
  reader.get<{ value: number }>(sqlQuery("SELECT value FROM counters WHERE name = ?", [name]))!.value

const codeOf = async (action: () => unknown): Promise<unknown> => {
  try {
    await action()
    return "done"
  } catch (error) {
    return (error as { code?: unknown }).code ?? error
  }
}

test("what it writes is seen by itself alone until it is committed, and by all then", async () => {
  let told = 0
  temp.database.onCommit(() => (told += 1))
  const transaction = await begin()

  transaction.write(insert("a"))
  const seen = { inside: transaction.read(allTexts), outside: committed(), told }
  await transaction.commit()

  expect(seen).toEqual({ inside: ["a"], outside: [], told: 0 })
  expect(committed()).toEqual(["a"])
  expect(told).toBe(1)
  expect(await codeOf(() => transaction.write(insert("b")))).toBe("TRANSACTION_ENDED")
})

test("an operation that fails undoes itself alone", async () => {
  const transaction = await begin()

  transaction.write(insert("a"))
  const failed = await codeOf(() =>
    transaction.write((tx) => {
      insert("half")(tx)
      insert("a")(tx)
    }),
  )
  transaction.write(insert("b"))
  await transaction.commit()

  expect(failed).toBe("UNIQUE_CONFLICT")
  expect(committed()).toEqual(["a", "b"])
})

test("other writes wait for its end, and go between two of them", async () => {
  const order: string[] = []
  const first = await begin()
  const write = temp.database.write(insert("between")).then(() => order.push("write"))
  const second = begin().then(async (transaction) => {
    order.push(`second sees ${transaction.read(allTexts).join()}`)
    return transaction.commit()
  })

  first.write(insert("first"))
  await first.commit()
  order.unshift("first")
  await Promise.all([write, second])

  expect(order[0]).toBe("first")
  expect(order).toContain("write")
  expect(order).toContain("second sees first,between")
})

test("at its deadline it is rolled back, and whoever goes on is told", async () => {
  const transaction = await begin(30)
  transaction.write(insert("a"))

  // Waits for its end.
  await temp.database.write(insert("after"))

  expect(committed()).toEqual(["after"])
  await expect(transaction.commit()).rejects.toMatchObject({
    code: "TRANSACTION_ENDED",
    message: "The transaction took longer than 30 ms and was rolled back.",
  })
})

test("whoever leaves loses an open transaction, and a turn that has not come", async () => {
  const transaction = await begin()
  const waiting = codeOf(() => begin())
  transaction.write(insert("a"))

  ending.abort()

  expect(await waiting).toBe("ABORTED")
  expect(await codeOf(() => transaction.write(insert("b")))).toBe("TRANSACTION_ENDED")
  expect(committed()).toEqual([])
})

test("a rollback by the engine ends it; the next one is whole", async () => {
  const transaction = await begin()
  transaction.write(insert("a"))

  await codeOf(() => transaction.write(insert("roll back all")))

  expect(await codeOf(() => transaction.write(insert("b")))).toBe("TRANSACTION_ENDED")
  const next = await begin()
  next.write(insert("c"))
  await next.commit()
  expect(committed()).toEqual(["c"])
})

test("a change of tables waits for it, and the next one knows the new table", async () => {
  const transaction = await begin()
  transaction.write(insert("a"))
  const changed = temp.database.exclusive((connection) => connection.execute("ALTER TABLE notes ADD COLUMN mark TEXT"))

  await transaction.commit()
  await changed

  const next = await begin()
  next.write((tx) => tx.run(sqlQuery("INSERT INTO notes (text, mark) VALUES ('b', 'new')")))
  await next.commit()
  expect(committed()).toEqual(["a", "b"])
})

test("a database that is closed rolls it back, and lets none begin", async () => {
  const transaction = await begin()
  transaction.write(insert("a"))

  await temp.database.stop()

  expect(await codeOf(() => transaction.write(insert("b")))).toBe("SHUTTING_DOWN")
  expect(await codeOf(() => begin())).toBe("SHUTTING_DOWN")
  const again = await openSqliteDatabase({
    path: temp.path,
    durability: "full",
    cacheBytes: 2 ** 21,
    onFatal: () => {},
  })
  expect(again.read(allTexts)).toEqual([])
  await again.stop()
})

test("of a process that is killed in the middle nothing is there", async () => {
  await temp.database.write(insert("before"))
  await temp.database.stop()
  const script = fileURLToPath(new URL("killed-transaction.ts", import.meta.url))

  const child = fork(script, [temp.path], { execArgv: [] })
  await once(child, "exit")

  expect(child.signalCode).toBe("SIGKILL")
  const again = await openSqliteDatabase({
    path: temp.path,
    durability: "full",
    cacheBytes: 2 ** 21,
    onFatal: () => {},
  })
  expect(again.read(allTexts)).toEqual(["before"])
  await again.stop()
})

test(
  "sums are right when many write at once, in transactions that wait and in others",
  { timeout: 120_000 },
  async () => {
    const transactionCount = scaled(4_000, 200)
    const writerCount = 16
    const addSql = "UPDATE counters SET value = value + 1 WHERE name = ?"
    await temp.database.write((tx) => {
      tx.run(sqlQuery("INSERT INTO counters VALUES ('shared', 0), ('copied', 0)"))
    })
    const over = new AbortController()
    let writeCount = 0

    const writers = Array.from({ length: writerCount }, async () => {
      while (!over.signal.aborted) {
        await temp.database.write((tx) => tx.run(sqlQuery(addSql, ["shared"])))
        writeCount += 1
      }
    })
    let rolledBackCount = 0
    const transact = async (index: number): Promise<void> => {
      const transaction = await begin()
      const before = transaction.read((reader) => valueOf(reader, "shared"))
      await new Promise((resolve) => setImmediate(resolve))
      // What was read a turn ago still holds: nobody else has written.
      transaction.write((tx) => tx.run(sqlQuery("UPDATE counters SET value = ? WHERE name = 'shared'", [before + 1])))
      transaction.write((tx) => tx.run(sqlQuery(addSql, ["copied"])))
      if (index % 5 === 0) {
        transaction.rollback()
        rolledBackCount += 1
      } else await transaction.commit()
    }
    for (let index = 0; index < transactionCount; index += 8) {
      await Promise.all(Array.from({ length: 8 }, (_, offset) => transact(index + offset)))
    }
    over.abort()
    await Promise.all(writers)

    const kept = transactionCount - rolledBackCount
    expect(writeCount).toBeGreaterThan(transactionCount)
    expect(temp.database.read((reader) => [valueOf(reader, "copied"), valueOf(reader, "shared")])).toEqual([
      kept,
      kept + writeCount,
    ])
  },
)

test("begins that fail take no place of those that wait", async () => {
  renameSync(temp.path, `${temp.path}.away`)
  const failed = new Set<unknown>()
  for (let count = 0; count < 300; count += 1) failed.add(await codeOf(() => begin()))
  renameSync(`${temp.path}.away`, temp.path)

  const transaction = await begin()
  transaction.write(insert("a"))
  await transaction.commit()

  expect([...failed]).toEqual(["DATABASE_MOVED"])
  expect(committed()).toEqual(["a"])
})

test("whoever leaves between its beginning and its first operation leaves none open", async () => {
  const leaving = new AbortController()
  const { signal } = leaving
  const isAborted = (): boolean => Reflect.get(AbortSignal.prototype, "aborted", signal)
  let asked = 0
  // Asked before the turn, and right before it begins.
  Object.defineProperty(signal, "aborted", {
    get: () => {
      asked += 1
      if (asked === 2) queueMicrotask(() => leaving.abort())
      return isAborted()
    },
  })

  const transaction = await temp.database.beginTransaction({ timeoutMs: 60_000, signal })

  expect(isAborted()).toBe(true)
  expect(transaction.isOpen).toBe(false)
  expect(await codeOf(() => temp.database.write(insert("b")))).toBe("done")
})
