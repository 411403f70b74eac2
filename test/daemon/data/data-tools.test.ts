import { once } from "node:events"
import { readdir, stat } from "node:fs/promises"
import path from "node:path"
import { DatabaseSync } from "node:sqlite"
import { Readable } from "node:stream"
import { text } from "node:stream/consumers"

import { describe, expect, test } from "vitest"

import { askQuery } from "../../../src/client/query-answer.ts"
import type { BackupResponse, QueryEnd, QueryRequest, RestoreResponse } from "../../../src/protocol/data-api.ts"
import type { StatsResponse } from "../../../src/protocol/admin-api.ts"
import { sendTo } from "../../helpers/running-daemon.ts"
import { startDataDaemon } from "./data-daemon.ts"
import type { DataDaemon } from "./data-daemon.ts"

const schema = `version: 1
collections:
  users:
    fields:
      email: { type: string, unique: true }
      secret: { type: string, nullable: true, internal: true }
  posts:
    fields:
      k: { type: int, primary: true, default: auto }
      title: { type: string }
      author_id: { type: uuid, references: users.id, nullable: true }
`

async function post(daemon: DataDaemon, collection: string, body: object): Promise<Record<string, unknown>> {
  return (await sendTo(daemon.url, "POST", `/api/collections/${collection}`, body)).body as Record<string, unknown>
}

async function filled(): Promise<DataDaemon> {
  const daemon = await startDataDaemon(schema)
  const ada = await post(daemon, "users", { email: "ada@example.com" })
  await post(daemon, "posts", { title: "One", author_id: ada["id"] })
  await post(daemon, "posts", { title: "Two" })
  return daemon
}

async function query(
  daemon: DataDaemon,
  request: QueryRequest,
): Promise<{ columns: readonly string[]; rows: unknown[]; end: QueryEnd }> {
  const { columns, rows } = await askQuery(daemon.client, request)
  const read: unknown[] = []
  for (;;) {
    const next = await rows.next()
    if (next.done === true) return { columns, rows: read, end: next.value }
    read.push(next.value)
  }
}

const dump = async (daemon: DataDaemon, parameters: string): Promise<string> =>
  text(await daemon.client.open(`/api/admin/db/dump?${parameters}`))

const restore = (daemon: DataDaemon, content: string, format = "ndjson"): Promise<RestoreResponse> =>
  daemon.client.postWithProgress(
    `/api/admin/db/restore?format=${format}&name=in.${format}`,
    Readable.from([Buffer.from(content)]),
    () => undefined,
  )

describe("a query", () => {
  test("reads, tells what is wrong with it and where, and changes nothing unless it may", async () => {
    const daemon = await filled()

    const read = await query(daemon, {
      sql: "SELECT k, title, x'0102' AS b, 9007199254740993 AS i, 9e999 AS r FROM posts ORDER BY k",
    })
    expect(read.columns).toEqual(["k", "title", "b", "i", "r"])
    expect(read.rows[0]).toEqual([1, "One", { base64: "AQI=" }, { integer: "9007199254740993" }, { real: "Infinity" }])
    expect(read.end).toMatchObject({ rowCount: 2, truncated: false, changes: null })
    const some = await query(daemon, { sql: "SELECT k FROM posts ORDER BY k", rowCountMax: 1 })
    expect(some).toMatchObject({ rows: [[1]], end: { rowCount: 1, truncated: true } })

    const refused: [sql: string, code: string, says: string][] = [
      ["DELETE FROM posts", "QUERY_REFUSED", "only reads"],
      ["ATTACH '/tmp/x.db' AS x", "QUERY_REFUSED", "attached"],
      ["PRAGMA journal_mode = DELETE", "QUERY_REFUSED", "PRAGMA journal_mode"],
      ["SELECT load_extension('x')", "QUERY_REFUSED", "Extensions"],
      ["CREATE TABLE t (a)", "QUERY_REFUSED", "schema.yaml"],
      ["SELECT 1; SELECT 2", "QUERY_INVALID", "2 statements"],
      [" -- nothing", "QUERY_INVALID", "no statement"],
    ]
    for (const [sql, code, says] of refused) {
      const error = (await query(daemon, { sql }).catch((thrown: unknown) => thrown)) as Error
      expect(error, sql).toMatchObject({ code, message: expect.stringContaining(says) })
    }
    await expect(query(daemon, { sql: "SELECT *\nFROM post" })).rejects.toMatchObject({
      code: "QUERY_INVALID",
      problems: [{ message: "No such table: post.", at: { file: "SQL", line: 2, column: 6, length: 4 } }],
    })
    expect(await daemon.docs("posts")).toHaveLength(2)
  })

  test("whose row would take all memory is refused, and what it sorts goes to files", async () => {
    const daemon = await filled()
    const blobs = Array.from({ length: 3 }, (_, index) => `zeroblob(50000000) AS b${index}`).join(", ")

    await expect(query(daemon, { sql: `SELECT ${blobs}`, timeoutMs: 60_000 })).rejects.toMatchObject({
      code: "ANSWER_TOO_LARGE",
      message: expect.stringContaining("128 MB"),
    })
    const sorted = await query(daemon, {
      sql: `WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT 40)
        SELECT length(b) FROM (SELECT n || hex(zeroblob(500000)) AS b FROM c ORDER BY 1) LIMIT 2`,
      timeoutMs: 60_000,
    })
    expect(sorted.rows).toEqual([[1_000_001], [1_000_002]])
  })

  test("that may write goes through the triggers, is told to those who follow commits, and cannot touch the rest", async () => {
    const daemon = await filled()

    const written = await query(daemon, { sql: "UPDATE posts SET title = 'New' WHERE k < 3 RETURNING k", write: true })
    expect(written).toMatchObject({ columns: ["k"], rows: [[1], [2]], end: { changes: 2 } })
    expect((await daemon.docs("posts", "sort=k")).map(({ title }) => title)).toEqual(["New", "New"])
    const log = await query(daemon, {
      sql: "SELECT operation, changed_fields, request_id IS NOT NULL FROM _alyx_changes ORDER BY seq DESC LIMIT 1",
    })
    expect(log.rows).toEqual([["update", '["title"]', 1]])

    const refused: [sql: string, code: string][] = [
      ["DELETE FROM _alyx_changes", "QUERY_REFUSED"],
      ["UPDATE sqlite_sequence SET seq = 0", "QUERY_REFUSED"],
      ["DROP TABLE posts", "QUERY_REFUSED"],
      ["ALTER TABLE posts ADD COLUMN x", "QUERY_REFUSED"],
      ["CREATE TEMP TRIGGER t AFTER INSERT ON posts BEGIN DELETE FROM _alyx_changes; END", "QUERY_REFUSED"],
      ["COMMIT", "QUERY_REFUSED"],
      ["SAVEPOINT a", "QUERY_REFUSED"],
      ["INSERT INTO users (email) VALUES ('ada@example.com')", "UNIQUE_CONFLICT"],
      ["UPDATE posts SET author_id = 'nobody'", "REFERENCE_CONFLICT"],
    ]
    for (const [sql, code] of refused) {
      await expect(query(daemon, { sql, write: true }), sql).rejects.toMatchObject({ code })
    }
    expect(await daemon.docs("posts")).toHaveLength(2)
    expect(await post(daemon, "posts", { title: "Three" })).toMatchObject({ k: 3 })
  })

  test("is ended after its time, and when its client leaves", async () => {
    const daemon = await filled()
    const endless = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT "

    await expect(query(daemon, { sql: `${endless} count(*) FROM c`, timeoutMs: 300 })).rejects.toMatchObject({
      code: "QUERY_TIMEOUT",
    })
    await expect(
      query(daemon, { sql: `INSERT INTO posts (title) ${endless} 'x' FROM c`, write: true, timeoutMs: 300 }),
    ).rejects.toMatchObject({ code: "QUERY_TIMEOUT" })
    expect(await daemon.docs("posts")).toHaveLength(2)

    // More than may run at once: they only go on when those that were left are gone.
    for (let count = 0; count < 8; count += 1) {
      const { rows } = await askQuery(daemon.client, { sql: `${endless} n FROM c`, rowCountMax: 10_000_000 })
      await rows.next()
      await rows.return({ rowCount: 0, truncated: false, changes: null, durationMs: 0 })
    }
  })
})

describe("a dump", () => {
  test("is one state, holds internal fields, and can be of some collections", async () => {
    const daemon = await filled()

    const [head, ...documents] = (await dump(daemon, "collection=users")).trim().split("\n")
    expect(JSON.parse(head!)).toMatchObject({ alyx: "0.0.0", migrations: [{ id: 1 }], sequences: {} })
    expect(documents.map((line) => JSON.parse(line) as unknown)).toEqual([
      { collection: "users", data: expect.objectContaining({ email: "ada@example.com", secret: null }) as unknown },
      { end: { users: 1 } },
    ])
    expect(await dump(daemon, "format=csv&collection=posts")).toMatch(
      /^k,title,author_id,created_at,updated_at\n1,One,/,
    )
    await expect(dump(daemon, "format=csv")).rejects.toMatchObject({ code: "USAGE" })
    await expect(dump(daemon, "collection=user")).rejects.toMatchObject({
      code: "COLLECTION_NOT_FOUND",
      next: "Did you mean users?",
    })
    await expect(dump(daemon, "collection=xyzzyplugh")).rejects.toMatchObject({
      next: expect.stringMatching(/^There are .*users/) as unknown,
    })
    expect(await dump(daemon, "format=sql")).not.toContain('INSERT INTO "_alyx_changes"')
  })

  test("whose client leaves ends, and with it its process", async () => {
    const daemon = await filled()
    await query(daemon, {
      sql: "INSERT INTO posts (title) WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT 60000) SELECT printf('%0100d', n) FROM c",
      write: true,
    })

    for (let count = 0; count < 8; count += 1) {
      const answer = await daemon.client.open("/api/admin/db/dump")
      await once(answer, "readable")
      answer.destroy()
    }
    expect((await dump(daemon, "collection=posts")).trim().split("\n")).toHaveLength(60_004)
  })
})

describe("a restore", () => {
  test("brings back what was dumped, serves it, and keeps a backup of what was there", async () => {
    const daemon = await filled()
    const before = await dump(daemon, "format=ndjson")
    const documents = await daemon.docs("posts", "sort=k")
    await sendTo(daemon.url, "DELETE", "/api/collections/posts/2")
    await post(daemon, "posts", { title: "Other" })
    const [epoch] = (await query(daemon, { sql: "SELECT value FROM _alyx_meta WHERE key = 'epoch'" })).rows
    const [last] = (await query(daemon, { sql: "SELECT max(seq) FROM _alyx_changes" })).rows as [[number]]

    const done = await restore(daemon, before)

    expect(done).toMatchObject({ collections: { users: 1, posts: 2 }, notices: [] })
    expect(await daemon.docs("posts", "sort=k")).toEqual(documents)
    expect((await query(daemon, { sql: "SELECT value FROM _alyx_meta WHERE key = 'epoch'" })).rows).not.toEqual([epoch])
    const backup = new DatabaseSync(done.backup!, { readOnly: true })
    expect(
      backup
        .prepare("SELECT title FROM posts ORDER BY k")
        .all()
        .map(({ title }) => title),
    ).toEqual(["One", "Other"])
    backup.close()
    // Numbers of documents and of changes go on.
    expect(await post(daemon, "posts", { title: "Next" })).toMatchObject({ k: 3 })
    const [next] = (await query(daemon, { sql: "SELECT min(seq) FROM _alyx_changes" })).rows as [[number]]
    expect(next[0]).toBeGreaterThan(last[0])
    expect((await readdir(path.join(daemon.folder, "data"))).filter((name) => name.endsWith(".new"))).toEqual([])
  })

  test("of a file that is not good names the place and changes nothing", async () => {
    const daemon = await filled()
    const good = await dump(daemon, "format=ndjson")
    const json = await dump(daemon, "format=json")
    const sql = await dump(daemon, "format=sql")
    const lines = good.trim().split("\n")
    const bad: [content: string, format: string, says: string | RegExp][] = [
      ["", "ndjson", "in.ndjson:1 The file is empty"],
      ["hello", "ndjson", "in.ndjson:1 The line is not valid JSON"],
      [`${lines[0]}\n{"collection":`, "ndjson", "in.ndjson:2 The line is not valid JSON"],
      [good.replace('"title":"One"', '"title":1'), "ndjson", "in.ndjson:4 posts.title must be"],
      [
        good.replace('"title":"One"', '"titel":"One"'),
        "ndjson",
        "in.ndjson:4 posts has no field titel. Did you mean title?",
      ],
      [
        good.replace('"collection":"posts"', '"collection":"post"'),
        "ndjson",
        "in.ndjson:4 The schema of the dump has no collection post",
      ],
      [
        lines.toSpliced(3, 0, lines[3]!).join("\n"),
        "ndjson",
        "in.ndjson:5 Another document of posts already has this k",
      ],
      [`${lines.slice(0, -1).join("\n")}\n`, "ndjson", "in.ndjson:5 The file ends early"],
      [
        lines.toSpliced(3, 1).join("\n"),
        "ndjson",
        "in.ndjson:5 The file holds 1 documents of posts, but its end says 2",
      ],
      [`${good}{}\n`, "ndjson", "in.ndjson:7 The dump goes on after its end"],
      [json.replace(/,\s*"end": .*/, ""), "json", "The file ends early"],
      [json.replace(/(?<="end":.*"posts":)2/, "3"), "json", "holds 2 documents of posts, but its end says 3"],
      [sql.slice(0, sql.indexOf("CREATE TRIGGER")), "sql", /in\.sql:\d+ The file ends early/],
      [sql.slice(0, sql.lastIndexOf("-- ")), "sql", /in\.sql:\d+ The file ends early/],
      [sql.replace(/\d+\n$/, "9\n"), "sql", "holds 3 documents of all collections, but its end says 9"],
      [
        lines
          .filter((line) => !line.includes("ada@"))
          .join("\n")
          .replace('"users":1}', '"users":0}')
          .replace('"users":1,', '"users":0,')
          .replace('"_alyx_users":1,', '"_alyx_users":0,'),
        "ndjson",
        "1 of posts to users (1)",
      ],
      [good.replace(/"format_version":\d+/, '"format_version":99'), "ndjson", "format 99"],
      [json.slice(0, -20), "json", /in\.json:\d+ /],
      [json.replace('"title":"Two"', '"title":"Two'), "json", /in\.json:\d+ The JSON is not valid/],
      [sql.replace('INSERT INTO "posts"', 'INSERT INTO "post"'), "sql", /in\.sql:\d+ No such table: post/],
      [`ATTACH '/tmp/x' AS x;${sql}`, "sql", "in.sql:1 Other databases cannot be attached"],
      ["CREATE TABLE t (a);", "sql", "is not a database of Alyx"],
      [good.replace('"name":"users"', '"name":"us\\"ers"'), "ndjson", "in.ndjson:1 The schema of the dump"],
      [good.replace('"name":"users"', '"name":"_alyx_meta"'), "ndjson", "in.ndjson:1 The schema of the dump"],
      [
        good.replace(/"migrations":\[\{/, '"migrations":[{"nope":1,'),
        "ndjson",
        "in.ndjson:1 The schema or its history",
      ],
      [good.replace(/(?<="migrations":\[\{"id":)1/, "{}"), "ndjson", "in.ndjson:1 migrations must be"],
      ["not a database at all, but long enough to be taken for a file of one", "db", "is not a SQLite database"],
    ]

    for (const [content, format, says] of bad) {
      await expect(restore(daemon, content, format), `${format}: ${String(says)}`).rejects.toMatchObject({
        message: expect.stringMatching(
          says instanceof RegExp ? says : new RegExp(says.replaceAll(/[()?.]/g, String.raw`\$&`)),
        ) as unknown,
      })
    }
    expect((await dump(daemon, "format=ndjson")).trim().split("\n").slice(1)).toEqual(lines.slice(1))
    expect((await readdir(path.join(daemon.folder, "data"))).filter((name) => name.endsWith(".new"))).toEqual([])
  })

  test("whose client leaves in the middle is given up, though what came would be a whole dump", async () => {
    const daemon = await filled()
    const lines = (await dump(daemon, "format=ndjson")).split("\n")
    const body = Readable.from(
      (async function* () {
        yield `${lines[0]!}\n`
        await new Promise((resolve) => setImmediate(resolve))
        throw new Error("the client left")
      })(),
    )

    await expect(
      daemon.client.postWithProgress("/api/admin/db/restore?format=ndjson", body, () => undefined),
    ).rejects.toThrow()
    // The next one waits for its turn behind it.
    const { database } = await daemon.client.get<StatsResponse>("/api/admin/stats")
    expect(database.path).toContain(daemon.folder)
    expect(await daemon.docs("posts")).toHaveLength(2)
  })

  test("of another schema is served as it is, and the difference to schema.yaml is told", async () => {
    const daemon = await filled()
    const other = (await dump(daemon, "format=ndjson")).replaceAll('"title"', '"headline"')

    const done = await restore(daemon, other)

    expect(done.notices[0]).toContain("schema.yaml differs")
    expect(await daemon.docs("posts", "filter=headline:eq:One")).toHaveLength(1)
    expect(await post(daemon, "posts", { headline: "Three" })).toMatchObject({ k: 3, headline: "Three" })
  })
})

test("a reset empties the database, brings it to schema.yaml and keeps a backup; start asks for force", async () => {
  const daemon = await filled()

  await expect(daemon.client.post("/api/admin/db/reset", {})).rejects.toMatchObject({ code: "DAEMON_MODE" })
  const done = await daemon.client.post<RestoreResponse>("/api/admin/db/reset", { force: true })

  expect(done).toMatchObject({ collections: { users: 0, posts: 0 }, notices: [] })
  expect(await daemon.docs("posts")).toEqual([])
  expect((await stat(done.backup!)).mode & 0o777).toBe(0o600)
  expect(await post(daemon, "posts", { title: "First" })).toMatchObject({ k: 1 })
})

test("a backup is whole and of one moment, while sixteen writers go on", async () => {
  const daemon = await filled()
  const over = new AbortController()
  let writtenCount = 0
  const batch = {
    operations: ["a", "b"].map((title) => ({ op: "create", collection: "posts", data: { title } })),
  }
  const writers = Array.from({ length: 16 }, async () => {
    while (!over.signal.aborted) {
      const { status } = await sendTo(daemon.url, "POST", "/api/batch", batch)
      expect(status).toBe(200)
      writtenCount += 1
    }
  })

  const before = writtenCount
  const { path: file, bytes } = await daemon.client.post<BackupResponse>("/api/admin/db/backup", {})
  const during = writtenCount - before
  over.abort()
  await Promise.all(writers)

  expect(during).toBeGreaterThan(0)
  expect(path.dirname(file)).toBe(path.join(daemon.folder, ".alyx", "backups"))
  expect((await stat(file)).size).toBe(bytes)
  const backup = new DatabaseSync(file, { readOnly: true })
  expect(backup.prepare("PRAGMA integrity_check").get()).toMatchObject({ integrity_check: "ok" })
  const count = (title: string): unknown =>
    backup.prepare("SELECT count(*) AS n FROM posts WHERE title = ?").get(title)?.["n"]
  expect(count("a")).toBe(count("b"))
  backup.close()
  await expect(daemon.client.post("/api/admin/db/backup", { file })).rejects.toMatchObject({ code: "FILE_EXISTS" })
  await expect(daemon.client.post("/api/admin/db/backup", { file: "x.db" })).rejects.toMatchObject({
    code: "VALIDATION_ERROR",
  })
})
