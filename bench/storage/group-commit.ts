import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"

import { sqlQuery } from "../../src/daemon/storage/database.ts"
import type { Database } from "../../src/daemon/storage/database.ts"
import { createTable } from "../../src/daemon/storage/sqlite/change-table.ts"
import { openSqliteDatabase } from "../../src/daemon/storage/sqlite/sqlite-database.ts"
import { buildCollection, buildField } from "../../test/daemon/storage/build-schema.ts"

/**
 * Creates a second through the group commit by the number of clients, each of which asks for its next write when the
 * last one was answered; beside it, synchronous transactions one by one, each synced by SQLite (synchronous=FULL).
 * Run: node bench/storage/group-commit.ts [seconds]
 */
const seconds = Number(process.argv[2] ?? 2)
const posts = buildCollection("posts", [
  buildField("title"),
  buildField("body"),
  buildField("views", { type: "int" }),
  buildField("created_at", { type: "timestamp" }),
])
const insertSql = "INSERT INTO posts (id, title, body, views, created_at) VALUES (?, ?, ?, ?, ?)"
const body = "x".repeat(300)
let number = 0

function insertQuery(): ReturnType<typeof sqlQuery> {
  number += 1
  const id = `019000000-0000-7000-8000-${String(number).padStart(12, "0")}`
  return sqlQuery(insertSql, [id, `Post ${number}`, body, number, "2026-01-01T00:00:00.000Z"])
}

async function client(database: Database, untilMs: number, requestId: string | undefined): Promise<number> {
  let count = 0
  while (performance.now() < untilMs) {
    const query = insertQuery()
    await database.write((transaction) => transaction.run(query), requestId === undefined ? {} : { requestId })
    count += 1
  }
  return count
}

async function measureGroups(clientCount: number, durability: "full" | "normal", requestId?: string): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "alyx-bench-"))
  const database = await openSqliteDatabase({
    path: join(folder, "a.db"),
    durability,
    cacheBytes: 64 * 1024 * 1024,
    onFatal: (error) => {
      throw error
    },
  })
  await database.exclusive((connection) => createTable(connection, posts))
  const untilMs = performance.now() + seconds * 1000
  const counts = await Promise.all(Array.from({ length: clientCount }, () => client(database, untilMs, requestId)))
  await database.stop()
  rmSync(folder, { recursive: true })
  return counts.reduce((sum, count) => sum + count, 0) / seconds
}

function measureOneByOne(synchronous: "FULL" | "NORMAL"): number {
  const folder = mkdtempSync(join(tmpdir(), "alyx-bench-"))
  const database = new DatabaseSync(join(folder, "a.db"))
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous}`)
  database.exec(
    "CREATE TABLE posts (id TEXT PRIMARY KEY, title TEXT, body TEXT, views INTEGER, created_at TEXT) STRICT",
  )
  const insert = database.prepare(insertSql)
  const untilMs = performance.now() + seconds * 1000
  let count = 0
  while (performance.now() < untilMs) {
    insert.run(...(insertQuery().parameters as string[]))
    count += 1
  }
  database.close()
  rmSync(folder, { recursive: true })
  return count / seconds
}

const show = (name: string, perSecond: number): void =>
  console.log(name.padEnd(44), perSecond.toFixed(0).padStart(8), "/s")

show("one by one, synchronous=FULL", measureOneByOne("FULL"))
show("one by one, synchronous=NORMAL", measureOneByOne("NORMAL"))
for (const clientCount of [1, 32, 64, 256]) {
  show(`group commit, full, ${clientCount} clients`, await measureGroups(clientCount, "full"))
  show(
    `group commit, full, ${clientCount} clients, request ids`,
    await measureGroups(clientCount, "full", "019a-request"),
  )
  show(`group commit, normal, ${clientCount} clients`, await measureGroups(clientCount, "normal"))
}
