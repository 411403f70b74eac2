import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { connect, createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { sqlQuery } from "../../src/daemon/storage/database.ts"
import { createTable } from "../../src/daemon/storage/sqlite/change-table.ts"
import { openSqliteDatabase } from "../../src/daemon/storage/sqlite/sqlite-database.ts"
import { buildCollection, buildField } from "../../test/daemon/storage/build-schema.ts"

/**
 * How long a read takes, seen by a client of another process, while other clients write as fast as they are answered.
 * Run: node bench/storage/read-latency.ts [writers] [seconds]
 * With a slower disk: LD_PRELOAD=<compiled test/fixtures/sync-shim.c> SYNC_SHIM_DELAY_MS=10 node bench/storage/…
 */
const [mode = "32", seconds = "3", socket = "", writers = "0"] = process.argv.slice(2)

if (mode === "clients") runClients(socket, Number(writers), Number(seconds))
else await runServer(Number(mode), seconds)

async function runServer(writerCount: number, duration: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "alyx-bench-"))
  const database = await openSqliteDatabase({
    path: join(folder, "a.db"),
    durability: "full",
    cacheBytes: 64 * 1024 * 1024,
    onFatal: (error) => {
      throw error
    },
  })
  const posts = buildCollection("posts", [
    buildField("title"),
    buildField("body"),
    buildField("views", { type: "int" }),
  ])
  await database.exclusive((connection) => createTable(connection, posts))
  let count = 0
  const insert = (): Promise<unknown> => {
    count += 1
    const values = [`id-${count}`, `Post ${count}`, "x".repeat(300), count]
    const query = sqlQuery("INSERT INTO posts (id, title, body, views) VALUES (?, ?, ?, ?)", values)
    return database.write((transaction) => transaction.run(query), { requestId: `r${count}` })
  }
  await Promise.all(Array.from({ length: 1_000 }, insert))
  const server = createServer((connection) => {
    connection.on("error", () => connection.destroy())
    connection.on("data", (data) => {
      if (data[0] === 119) return void insert().then(() => connection.write("w"))
      const id = `id-${1 + Math.floor(Math.random() * 1_000)}`
      database.read((reader) => reader.get(sqlQuery("SELECT * FROM posts WHERE id = ?", [id])))
      connection.write("r")
    })
  })
  const path = join(folder, "socket")
  await once(server.listen(path), "listening")
  const before = database.stats()
  const env = { ...process.env, LD_PRELOAD: "" }
  const args = [import.meta.filename, "clients", duration, path, String(writerCount)]
  await once(spawn(process.execPath, args, { stdio: "inherit", env }), "exit")
  const { writeCount, commitCount, syncCount, walBytes } = database.stats()
  if (writerCount > 0)
    console.log(
      `${((writeCount - before.writeCount) / Number(duration)).toFixed(0)} writes/s, ` +
        `${((writeCount - before.writeCount) / (commitCount - before.commitCount)).toFixed(1)} a commit, ` +
        `${syncCount - before.syncCount} syncs, log ${(walBytes / 1024 / 1024).toFixed(1)} MB`,
    )
  server.close()
  await database.stop()
  rmSync(folder, { recursive: true })
}

function runClients(path: string, writerCount: number, duration: number): void {
  const untilMs = performance.now() + duration * 1000
  const reads: number[] = []
  const writes: number[] = []
  const run = (word: string, times: number[], pauseMs: number): void => {
    const connection = connect(path)
    let askedAt = performance.now()
    const ask = (): void => {
      if (performance.now() > untilMs) return void connection.destroy()
      askedAt = performance.now()
      connection.write(word)
    }
    connection.on("connect", ask)
    connection.on("data", () => {
      times.push(performance.now() - askedAt)
      if (pauseMs === 0) ask()
      else setTimeout(ask, pauseMs)
    })
  }
  for (let index = 0; index < writerCount; index += 1) run("w", writes, 0)
  for (let index = 0; index < 4; index += 1) run("r", reads, 2)
  process.on("exit", () => {
    console.log(`reads   ${show(reads)}`)
    if (writes.length > 0) console.log(`writes  ${show(writes)}`)
  })
}

function show(times: number[]): string {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (part: number): string => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]!.toFixed(2)
  return `n ${sorted.length}  p50 ${at(0.5)}  p99 ${at(0.99)}  max ${at(1)} ms`
}
