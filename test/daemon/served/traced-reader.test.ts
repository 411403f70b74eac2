import path from "node:path"

import { expect, onTestFinished, test } from "vitest"

import { RequestTrace, RequestTraces, statementCountMax } from "../../../src/daemon/request-trace.ts"
import { ServedDatabase } from "../../../src/daemon/served/served-database.ts"
import { sqlQuery, stepSql } from "../../../src/daemon/storage/database.ts"
import type { CapturedStatement } from "../../../src/protocol/admin-api.ts"
import { createLogger } from "../../../src/lib/logger.ts"
import { builtPrograms } from "../../helpers/built-programs.ts"
import { tempFolder } from "../../helpers/temp-folder.ts"

test("reads are noted with their text, time and rows, and values never are", async () => {
  const { database, traced } = await openTraced()

  const { trace } = await traced(() => {
    database.read((reader) => {
      reader.all(sqlQuery("SELECT name FROM letters WHERE name >= ?", ["b"]))
      // Asked by Alyx to choose a statement; nobody wants to read it.
      reader.all(sqlQuery("EXPLAIN QUERY PLAN SELECT name FROM letters"))
      reader.get(sqlQuery("SELECT name FROM letters WHERE name = ?", ["nobody"]))
      reader.get(sqlQuery("SELECT name FROM letters WHERE name = ?", ["a"]))
      for (const row of reader.iterate(sqlQuery("SELECT name FROM letters ORDER BY 1"))) if (row["name"] === "b") break
    })
    expect(() => database.read((reader) => reader.all(sqlQuery("SELECT name FROM nowhere")))).toThrow("nowhere")
  })

  expect(trace.statements()).toEqual([
    { sql: "SELECT name FROM letters WHERE name >= ?", rowCount: 2, durationMs: expect.any(Number), where: "daemon" },
    { sql: "SELECT name FROM letters WHERE name = ?", rowCount: 0, durationMs: expect.any(Number), where: "daemon" },
    { sql: "SELECT name FROM letters WHERE name = ?", rowCount: 1, durationMs: expect.any(Number), where: "daemon" },
    { sql: "SELECT name FROM letters ORDER BY 1", rowCount: 2, durationMs: expect.any(Number), where: "daemon" },
    { sql: "SELECT name FROM nowhere", rowCount: 0, durationMs: expect.any(Number), where: "daemon" },
  ])
})

test("writes of requests that share a commit are noted each with its own", async () => {
  const { database, traced } = await openTraced()
  const insert = (name: string): Promise<unknown> =>
    database.write((transaction) => transaction.run(sqlQuery("INSERT INTO letters VALUES (?)", [name])))

  const [one, two] = await Promise.all([
    traced(() => insert("x")),
    traced(async () => {
      await insert("y")
      await database.write((transaction) => transaction.run(sqlQuery("DELETE FROM letters")))
    }),
  ])

  expect(one.trace.statements()).toMatchObject([{ sql: "INSERT INTO letters VALUES (?)", rowCount: 1 }])
  expect(two.trace.statements()).toMatchObject([
    { sql: "INSERT INTO letters VALUES (?)", rowCount: 1 },
    { sql: "DELETE FROM letters", rowCount: 5 },
  ])
})

test("a read that may be given up, and one beside the daemon, are noted where they ran", async () => {
  const { database, traced } = await openTraced()

  const { trace } = await traced(async () => {
    const brief = sqlQuery(`SELECT name FROM letters WHERE ${stepSql}`)
    database.readBriefly({ text: brief.sql, values: [] }, (reader) => reader.all(brief))
    await database.readSlow([sqlQuery("SELECT count(*) FROM letters"), sqlQuery("SELECT name FROM letters")])
    await expect(database.readSlow([sqlQuery("DELETE FROM letters")])).rejects.toThrow()
  })

  expect(trace.statements()).toMatchObject([
    { where: "daemon", rowCount: 3 },
    { sql: "SELECT count(*) FROM letters", where: "reader", rowCount: 1 },
    { sql: "SELECT name FROM letters", where: "reader", rowCount: 3 },
    { sql: "DELETE FROM letters", where: "reader", rowCount: 0 },
  ])
})

test("work that runs again replaces what it noted before", () => {
  const trace = new RequestTrace()
  const first = trace.group()
  const second = trace.group()

  first.restart()
  first.add(statement("first try"))
  second.add(statement("other"))
  first.restart()
  first.add(statement("second try"))

  expect(trace.statements().map(({ sql }) => sql)).toEqual(["second try", "other"])
})

test("a request of many statements shows the first hundred, and outside of one nothing is noted", async () => {
  const { database, traced, traces } = await openTraced()
  const one = sqlQuery("SELECT 1")

  const { trace } = await traced(() => {
    for (let count = 0; count < 80; count += 1) database.read((reader) => [reader.all(one), reader.all(one)])
    for (let count = 0; count < 500; count += 1) database.read((reader) => reader.all(sqlQuery("SELECT 2")))
  })
  database.read((reader) => reader.all(one))

  expect(trace.statements()).toHaveLength(statementCountMax)
  expect(new Set(trace.statements().map(({ sql }) => sql))).toEqual(new Set(["SELECT 1"]))
  expect(traces.current).toBeUndefined()
})

function statement(sql: string): CapturedStatement {
  return { sql, durationMs: 1, rowCount: 0, where: "daemon" }
}

async function openTraced() {
  const traces = new RequestTraces()
  const { checkpointWorker, readerProcess } = await builtPrograms()
  const database = new ServedDatabase({
    checkpointWorker,
    readerProcess,
    logger: createLogger({ level: "silent", format: "json", destination: { write: () => undefined } }),
    onFatal: () => undefined,
    traces,
  })
  const file = path.join(await tempFolder(), "alyx.db")
  await database.open({ path: file, durability: "normal", cacheSizeBytes: 1_000_000 } as never)
  onTestFinished(() => database.stop())
  await database.engine.exclusive((connection) => {
    connection.execute("CREATE TABLE letters (name TEXT); INSERT INTO letters VALUES ('a'), ('b'), ('c')")
  })
  return {
    database,
    traces,
    traced: async (work: () => unknown): Promise<{ trace: RequestTrace }> => {
      const trace = new RequestTrace()
      await traces.run(trace, async () => work())
      return { trace }
    },
  }
}
