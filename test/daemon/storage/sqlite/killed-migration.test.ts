import { fork } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"

import { afterEach, beforeEach, expect, test } from "vitest"

import { sqlQuery } from "../../../../src/daemon/storage/database.ts"
import { applySchema, readAppliedSchema } from "../../../../src/daemon/storage/sqlite/apply-schema.ts"
import { openSqliteDatabase } from "../../../../src/daemon/storage/sqlite/sqlite-database.ts"
import type { Progress } from "../../../../src/protocol/progress.ts"
import { parseMigration } from "../../../../src/schema/migrations/parse-migration.ts"
import { requireSchema } from "../../../schema/arbitrary-schema.ts"
import { databaseObjects } from "../../../helpers/database-objects.ts"
import { scaled, testSeed } from "../../../helpers/scale.ts"
import { openTempDatabase } from "../open-temp-database.ts"
import type { TempDatabase } from "../open-temp-database.ts"

const schemaText = `version: 1
collections:
  posts:
    timestamps: false
    fields:
      title: { type: string, index: true }
      views: { type: string }
  comments:
    timestamps: false
    fields:
      post_id: { type: uuid, references: posts.id, onDelete: cascade }
`

const operations = `operations:
  - { type: rename_field, collection: posts, from: title, to: headline }
  - { type: sql, up: "UPDATE posts SET headline = upper(headline) WHERE rowid % 10 = 0", down: "" }
  - { type: change_type, collection: posts, field: views, to: int }
  - { type: rename_collection, from: posts, to: articles }
`

const rowCount = scaled(100_000, 5_000)
const killCount = scaled(10, 2)

let temp: TempDatabase

beforeEach(async () => {
  temp = await openTempDatabase({ durability: "normal" })
})

afterEach(() => temp.remove())

interface State {
  readonly objects: unknown
  readonly hash: string
  readonly rows: unknown
  readonly integrity: unknown
}

function stateOf(database: TempDatabase["database"]): State {
  const all = (sql: string): unknown => database.read((reader) => reader.all(sqlQuery(sql))).map((row) => ({ ...row }))
  return {
    objects: databaseObjects(temp.path),
    hash: readAppliedSchema(database).hash,
    rows: [
      all(
        "SELECT count(*) AS n, sum(length(title)) AS length, sum(rowid * unicode(title)) AS mark, max(views) AS views FROM posts",
      ),
      all("SELECT count(*) AS n FROM comments"),
      all("SELECT count(*) AS n FROM _alyx_migrations"),
      all("SELECT max(seq) AS n FROM _alyx_changes"),
    ],
    integrity: [all("PRAGMA integrity_check"), all("PRAGMA foreign_key_check")],
  }
}

test.each([
  { where: "in a process beside", smallRowCountMax: 0 },
  { where: "on the main thread", smallRowCountMax: 10_000_000 },
])(
  "kill -9 in the middle of a rebuild $where leaves the old state whole",
  { timeout: 900_000 },
  async ({ smallRowCountMax }) => {
    const { database } = temp
    await applySchema(database, requireSchema(schemaText), { clock: { now: () => Date.now() } })
    await database.write((transaction) => {
      transaction.run(
        sqlQuery(
          `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rowCount})
        INSERT INTO posts (id, title, views) SELECT 'p' || i, 'title ' || i, i FROM n`,
        ),
      )
      transaction.run(
        sqlQuery("INSERT INTO comments (id, post_id) SELECT 'c' || id, id FROM posts WHERE rowid % 9 = 0"),
      )
    })
    const before = stateOf(database)
    expect(before.integrity).toEqual([[{ integrity_check: "ok" }], []])
    await database.stop()
    const { migration } = parseMigration({ file: "migrations/001_change.yaml", text: operations })
    const step = JSON.stringify({ ...migration, kind: "apply" })
    let random = testSeed()
    process.stdout.write(`killed migrations: seed ${random}, ${killCount} kills\n`)

    for (let kill = 0; kill < killCount; kill += 1) {
      random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0
      const killedAt = random % Math.ceil((rowCount / 5_000) * 2)
      const script = fileURLToPath(new URL("migrating-process.ts", import.meta.url))
      const child = fork(script, [temp.path, String(smallRowCountMax), String(killedAt), step], { execArgv: [] })
      let isApplied = false
      child.on("message", ({ message }: Progress) => (isApplied ||= message === "applied"))
      await once(child, "exit")
      expect({ isApplied, signal: child.signalCode }).toEqual({ isApplied: false, signal: "SIGKILL" })

      const again = await openSqliteDatabase({
        path: temp.path,
        durability: "full",
        cacheBytes: 2 ** 21,
        onFatal: () => undefined,
      })
      expect(stateOf(again)).toEqual(before)
      await again.stop()
    }
  },
)
