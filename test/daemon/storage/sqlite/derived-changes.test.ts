import { afterEach, beforeEach, expect, test } from "vitest"

import { sqlQuery } from "../../../../src/daemon/storage/database.ts"
import { applySchema } from "../../../../src/daemon/storage/sqlite/apply-schema.ts"
import { runMigration } from "../../../../src/daemon/storage/sqlite/run-migration.ts"
import { requireSchema } from "../../../schema/arbitrary-schema.ts"
import { databaseObjects, objectsOfSchema } from "../../../helpers/database-objects.ts"
import { scaled } from "../../../helpers/scale.ts"
import { openTempDatabase } from "../open-temp-database.ts"
import type { TempDatabase } from "../open-temp-database.ts"

const rowCount = scaled(100_000, 0) < 50_000 ? 1_000 : 100_000

const schemaText = (title: string, more = "", below = ""): string => `version: 1
collections:
  posts:
    timestamps: false
    fields:
      title: ${title}
      author_id: { type: uuid, nullable: true }
${more}
  comments:
    timestamps: false
    fields:
      post_id: { type: uuid, references: posts.id, onDelete: cascade }
${below}`

const plain = "{ type: string, maxLength: 20 }"

let temp: TempDatabase

beforeEach(async () => {
  temp = await openTempDatabase({ durability: "normal" })
})

afterEach(() => temp.remove())

const clock = { now: () => Date.parse("2026-05-04T03:02:01.000Z") }

const rows = (sql: string): Record<string, unknown>[] =>
  temp.database.read((reader) => reader.all(sqlQuery(sql))).map((row) => ({ ...row }))

const run = (sql: string): Promise<unknown> => temp.database.write((transaction) => transaction.run(sqlQuery(sql)))

const kinds = [
  ["a field that may be null", schemaText(plain, "      note: { type: text, nullable: true }")],
  ["a field with a default", schemaText(plain, "      views: { type: int, default: 3 }")],
  ["a field with an id for each", schemaText(plain, "      token: { type: uuid, default: auto, unique: true }")],
  ["a looser constraint", schemaText("{ type: string, maxLength: 40 }")],
  ["no constraint", schemaText("{ type: string }")],
  ["a wider type", schemaText("{ type: text, maxLength: 20 }")],
  ["null allowed", schemaText("{ type: string, maxLength: 20, nullable: true }")],
  ["a default", schemaText('{ type: string, maxLength: 20, default: "x" }')],
  ["an index", schemaText("{ type: string, maxLength: 20, index: true }")],
  ["a unique field", schemaText("{ type: string, maxLength: 20, unique: true }")],
  ["an index over two fields", schemaText(plain, "    indexes: [{ fields: [author_id, title], unique: true }]")],
  ["another collection", schemaText(plain, "", "  tags:\n    fields:\n      name: { type: string }\n")],
  ["a rule", schemaText(plain, "    rules: { read: true }")],
] as const

const ways = kinds.flatMap(([kind, text]) => [
  { kind, text, where: "on the main thread", smallRowCountMax: Infinity },
  { kind, text, where: "in a process beside", smallRowCountMax: 0 },
])

test.each(ways)("$kind, $where, keeps documents, relations and the log", async ({ text, smallRowCountMax }) => {
  await applySchema(temp.database, requireSchema(schemaText(plain)), { clock })
  await run(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rowCount})
    INSERT INTO posts (id, title, author_id) SELECT 'p' || i, 'title ' || i, iif(i % 2, 'a' || i, NULL) FROM n`,
  )
  await run("INSERT INTO comments (id, post_id) SELECT 'c' || id, id FROM posts WHERE rowid % 3 = 0")
  const data = (): unknown => [
    rows("SELECT id, title, author_id FROM posts ORDER BY id"),
    rows("SELECT id, post_id FROM comments ORDER BY id"),
    rows("SELECT max(seq) AS n FROM _alyx_changes"),
  ]
  const before = data()
  const schema = requireSchema(text)

  await runMigration(temp.database, {
    steps: [],
    schema,
    smallRowCountMax,
    clock,
    onProgress: () => undefined,
    onApplied: () => undefined,
  })

  expect(data()).toEqual(before)
  expect(databaseObjects(temp.path)).toEqual(await objectsOfSchema(schema))
  await run("DELETE FROM posts WHERE id = 'p3'")
  expect(rows("SELECT id FROM comments WHERE post_id = 'p3'")).toEqual([])
})
