import { spawn } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { afterEach, beforeEach, describe, expect, test } from "vitest"

import { sqlQuery, stepSql } from "../../../../src/daemon/storage/database.ts"
import type { Query } from "../../../../src/daemon/storage/database.ts"
import { ReaderPool } from "../../../../src/daemon/storage/sqlite/reader-pool.ts"
import { buildCollection, buildField, buildSchema } from "../build-schema.ts"
import { openTempDatabase } from "../open-temp-database.ts"
import type { TempDatabase } from "../open-temp-database.ts"
import { builtPrograms } from "../../../helpers/built-programs.ts"
import { threadMs } from "../../../helpers/thread-time.ts"

const posts = buildCollection("posts", [
  buildField("title"),
  buildField("views", { type: "int", index: true }),
  buildField("picture", { type: "blob", nullable: true }),
])
const tags = buildCollection("tags", [buildField("word")])

let temp: TempDatabase

beforeEach(async () => {
  temp = await openTempDatabase({ schema: buildSchema(posts, tags) })
})

afterEach(() => temp.remove())

async function writePosts(count: number): Promise<void> {
  const insert = sqlQuery(
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) " +
      "INSERT INTO posts (title, views, picture) SELECT 'post ' || i, i, x'0102' FROM n",
    [count],
  )
  await temp.database.write((transaction) => transaction.run(insert))
}

/** Counts with the condition that watches, as a request for this text and these values. */
function countWhere(text: string, values: readonly unknown[] = []) {
  const counted = { isWatched: false, rows: undefined as number | undefined }
  counted.rows = temp.database.readBriefly({ text, values }, (reader, isWatched) => {
    counted.isWatched = isWatched
    const where = isWatched ? `${stepSql} AND ${text}` : text
    return reader.get(sqlQuery<{ n: number }>(`SELECT count(*) AS n FROM posts WHERE ${where}`, values))?.n
  })
  return counted
}

function longText(length: number): Query {
  return sqlQuery(`SELECT printf('%.*c', ${length}, 'x') AS text`)
}

describe("readBriefly", () => {
  test("gives up a read that looks at many rows, soon and at any place in the plan", async () => {
    await writePosts(100_000)

    const startedAtMs = threadMs()

    expect(countWhere("instr(title, 'zzz') > 0").rows).toBeUndefined()
    expect(countWhere("views >= ? AND instr(title, 'zzz') > 0", [1]).rows).toBeUndefined()
    expect(threadMs() - startedAtMs).toBeLessThan(25)
    expect(temp.database.read((reader) => reader.all(sqlQuery("SELECT count(*) FROM posts")))).toHaveLength(1)
  })

  test("no longer watches what was quick, for the same values only", async () => {
    await writePosts(100_000)
    expect(countWhere("views < ? AND instr(title, '7') > 0", [10])).toEqual({ isWatched: true, rows: 1 })

    // On a busy machine a first read, which prepares the statement, may not have been quick.
    let again = countWhere("views < ? AND instr(title, '7') > 0", [10])
    for (let attempt = 0; again.isWatched && attempt < 100; attempt += 1) {
      again = countWhere("views < ? AND instr(title, '7') > 0", [10])
    }
    expect(again).toEqual({ isWatched: false, rows: 1 })
    expect(countWhere("views < ? AND instr(title, '7') > 0", [100_000])).toEqual({ isWatched: true, rows: undefined })
  })

  test("lets a text that was given up try again, and reads outside of it take their time", async () => {
    await writePosts(50_000)
    expect(countWhere("views > ? AND instr(title, 'zzz') > 0", [0]).rows).toBeUndefined()

    expect(countWhere("views > ? AND instr(title, 'zzz') > 0", [49_999]).rows).toBe(0)
    expect(temp.database.read((reader) => reader.all(sqlQuery(`SELECT 1 FROM posts WHERE ${stepSql}`)))).toHaveLength(
      50_000,
    )
  })
})

describe("readSlow", () => {
  test("reads rows of all types in a process beside this one, several queries on one state", async () => {
    await writePosts(3)

    const results = await temp.database.readSlow([
      sqlQuery("SELECT title, views, picture FROM posts WHERE views = ?", [2]),
      sqlQuery("SELECT count(*) AS total FROM posts"),
    ])

    expect(results[0]!.map((row) => ({ ...row }))).toEqual([
      { title: "post 2", views: 2, picture: new Uint8Array([1, 2]) },
    ])
    expect(results[1]!.map((row) => ({ ...row }))).toEqual([{ total: 3 }])
  })

  test("sees what was written a moment ago", async () => {
    for (const count of [1, 2, 3]) {
      await writePosts(1)
      const [rows] = await temp.database.readSlow([sqlQuery("SELECT count(*) AS total FROM posts")])
      expect({ ...rows![0] }).toEqual({ total: count })
    }
  })

  test("cannot write, and says what went wrong", async () => {
    await expect(temp.database.readSlow([sqlQuery("DELETE FROM posts")])).rejects.toThrow(/readonly|read-only/)
  })

  test("an expected error stays one on its way from the process, for one long value and for many", async () => {
    const many = sqlQuery(
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20) SELECT printf('%.*c', 5000000, 'x') AS text FROM n",
    )

    await expect(temp.database.readSlow([longText(80 * 1024 * 1024)])).rejects.toMatchObject({
      code: "ANSWER_TOO_LARGE",
    })
    await expect(temp.database.readSlow([many])).rejects.toMatchObject({ code: "ANSWER_TOO_LARGE" })
    const [rows] = await temp.database.readSlow([longText(1_000)])
    expect(String(rows![0]!["text"])).toHaveLength(1_000)
  })

  test("is ended after its time, while others go on", async () => {
    const readers = await makeReaders(1_500)

    const endless = readers.run([endlessQuery], () => ({ message: "No index." }))
    const other = readers.run([sqlQuery("SELECT 1 AS one")], () => ({}))

    const ended = expect(endless).rejects.toMatchObject({ code: "QUERY_TIMEOUT", message: "No index." })
    expect((await other)[0]!.map((row) => ({ ...row }))).toEqual([{ one: 1 }])
    await ended
    await readers.run([sqlQuery("SELECT 1 AS one")], () => ({}))
    await readers.stop()
  })

  test.runIf(process.platform === "linux")("ends soon after its daemon was killed, also within a query", async () => {
    const daemon = spawn(process.execPath, ["--input-type=module", "--eval", daemonScript()], { stdio: "inherit" })
    const reader = await childOf(daemon.pid!)

    daemon.kill("SIGKILL")

    await expect.poll(() => existsSync(`/proc/${reader}`), { timeout: 15_000 }).toBe(false)
  })

  test("waits for a free process, refuses more than it can keep, and ends with the pool", async () => {
    const readers = await makeReaders(60_000)

    const reads = Array.from({ length: 70 }, () => readers.run([endlessQuery], () => ({})))
    const outcomes = Promise.allSettled(reads)
    await readers.stop()

    const codes = (await outcomes).map((outcome) => (outcome.status === "rejected" ? outcome.reason.code : "done"))
    expect(codes.filter((code) => code === "OVERLOADED")).toHaveLength(4)
    expect(codes.filter((code) => code === "SHUTTING_DOWN")).toHaveLength(66)
  })
})

const endlessQuery: Query = sqlQuery(
  "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
)

/** A process that runs a read without end. */
function daemonScript(): string {
  const source = new URL("../../../../src/daemon/storage/sqlite/", import.meta.url).href
  return `import { ReaderPool } from "${source}reader-pool.ts"
    const processUrl = new URL("${source}reader-process.ts")
    const readers = new ReaderPool({ path: ${JSON.stringify(temp.path)}, cacheBytes: 1e6, processUrl })
    await readers.run([${JSON.stringify(endlessQuery)}], () => ({}))`
}

/** The process that another one has started, once it has used some time: it is within its query by then. */
async function childOf(pid: number): Promise<number> {
  for (;;) {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim()
    const child = Number(children.split(" ")[0])
    if (children !== "" && cpuTicks(child) > 30) return child
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

function cpuTicks(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/stat`, "utf8").split(" ")[13])
}

async function makeReaders(queryMsMax: number): Promise<ReaderPool> {
  const { readerProcess: processUrl } = await builtPrograms()
  return new ReaderPool({ path: temp.path, cacheBytes: 1_000_000, processUrl, queryMsMax })
}
