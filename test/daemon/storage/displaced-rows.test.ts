import { DatabaseSync } from "node:sqlite"
import path from "node:path"

import { afterEach, beforeEach, describe, expect, test } from "vitest"

import { changesSince } from "../../../src/daemon/storage/changes.ts"
import { sqlQuery } from "../../../src/daemon/storage/database.ts"
import { tempFolder } from "../../helpers/temp-folder.ts"
import { buildCollection, buildField, buildSchema } from "./build-schema.ts"
import { openTempDatabase } from "./open-temp-database.ts"
import type { TempDatabase } from "./open-temp-database.ts"

const fields = [
  buildField("number", { type: "int", primary: true, default: { kind: "auto" } }),
  buildField("slug", { unique: true, nullable: true }),
  buildField("part", { nullable: true }),
  buildField("version", { type: "int", nullable: true }),
  buildField("picture", { type: "blob", nullable: true }),
]
const ascending = (name: string): { name: string; order: "asc" } => ({ name, order: "asc" })
const index = { name: "one_version", fields: [ascending("part"), ascending("version")], unique: true, at: null }
const schema = buildSchema({ ...buildCollection("pages", fields), indexes: [index] })

let temp: TempDatabase
let other: DatabaseSync
let start: number

function changes(): (readonly [string, unknown, string | undefined])[] {
  const since = temp.database.read((reader) => changesSince(reader, start, 100))
  if (since.kind !== "changes") throw new Error("The log does not go back that far.")
  return since.changes.map(({ operation, docId, before }) => [operation, docId, before?.["slug"]?.toString()])
}

/** What the log tells of the rows that are there, by their keys: it must be what the table holds. */
function told(keys: readonly number[]): number[] {
  const now = new Set(keys)
  const since = temp.database.read((reader) => changesSince(reader, start, 1_000))
  if (since.kind !== "changes") throw new Error("The log does not go back that far.")
  for (const { operation, docId, changedFields, before } of since.changes) {
    if (operation === "delete") expect(now.delete(Number(docId))).toBe(true)
    if (operation === "insert") expect(now.has(Number(docId))).toBe(false)
    if (operation === "update" && changedFields.includes("number")) {
      expect(now.delete(Number(before?.["number"]))).toBe(true)
      expect(now.has(Number(docId))).toBe(false)
    }
    if (operation !== "delete") now.add(Number(docId))
  }
  return [...now].toSorted((a, b) => a - b)
}

const keysNow = (): number[] =>
  temp.database
    .read((reader) => reader.all(sqlQuery<{ number: number }>("SELECT number FROM pages ORDER BY number")))
    .map(({ number }) => number)

describe.each(["OFF", "ON"])("with recursive_triggers = %s, another program's", (recursive) => {
  beforeEach(async () => {
    const file = path.join(await tempFolder(), "alyx.db")
    temp = await openTempDatabase({ path: file, schema })
    other = new DatabaseSync(file, { timeout: 5_000 })
    other.exec(`PRAGMA recursive_triggers = ${recursive}`)
    other.exec(
      "INSERT INTO pages (number, slug, part, version, picture) VALUES (1, 'a', 'p', 1, x'00ff'), (2, 'b', 'p', 2, NULL), (3, 'c', 'q', 1, NULL)",
    )
    start = temp.database.read(
      (reader) => reader.get(sqlQuery<{ seq: number }>("SELECT max(seq) AS seq FROM _alyx_changes"))!.seq,
    )
  })

  afterEach(async () => {
    other.close()
    await temp.remove()
  })

  const cases: readonly [what: string, sql: string, expected: readonly unknown[]][] = [
    [
      "REPLACE of a key ends the row before",
      "REPLACE INTO pages (number, slug) VALUES (1, 'new')",
      [
        ["delete", 1, "a"],
        ["insert", 1, undefined],
      ],
    ],
    [
      "REPLACE of a unique value ends the row that had it",
      "REPLACE INTO pages (number, slug) VALUES (9, 'b')",
      [
        ["delete", 2, "b"],
        ["insert", 9, undefined],
      ],
    ],
    [
      "REPLACE of what an index holds once ends the row that had it",
      "INSERT OR REPLACE INTO pages (slug, part, version) VALUES ('d', 'q', 1)",
      [
        ["delete", 3, "c"],
        ["insert", 4, undefined],
      ],
    ],
    [
      "UPDATE OR REPLACE ends the row that is in the way",
      "UPDATE OR REPLACE pages SET slug = 'b' WHERE number = 1",
      [
        ["delete", 2, "b"],
        ["update", 1, "a"],
      ],
    ],
    [
      "UPDATE OR REPLACE of the key ends the row that had it",
      "UPDATE OR REPLACE pages SET number = 2 WHERE number = 1",
      [
        ["delete", 2, "b"],
        ["update", 2, "a"],
      ],
    ],
    ["INSERT OR IGNORE that is ignored is not told", "INSERT OR IGNORE INTO pages (number, slug) VALUES (1, 'z')", []],
    [
      "upsert is an update alone",
      "INSERT INTO pages (number, slug) VALUES (1, 'z') ON CONFLICT (number) DO UPDATE SET slug = excluded.slug",
      [["update", 1, "a"]],
    ],
    ["UPDATE OR IGNORE that is ignored is not told", "UPDATE OR IGNORE pages SET slug = 'b' WHERE number = 1", []],
    [
      "row that was ignored, and is deleted then, is told once",
      "INSERT OR IGNORE INTO pages (number) VALUES (1); DELETE FROM pages WHERE number = 1; INSERT INTO pages (number) VALUES (7)",
      [
        ["delete", 1, "a"],
        ["insert", 7, undefined],
      ],
    ],
    [
      "row that was ignored, and gets another key, is told once",
      "INSERT OR IGNORE INTO pages (number) VALUES (1); UPDATE pages SET number = 11 WHERE number = 1; INSERT INTO pages (number) VALUES (7)",
      [
        ["update", 11, "a"],
        ["insert", 7, undefined],
      ],
    ],
  ]

  test.each(cases)("%s", (_, sql, expected) => {
    other.exec(sql)

    const seen = changes()
    expect(seen).toHaveLength(expected.length)
    expect(seen).toEqual(expect.arrayContaining([...expected]))
    expect(told([1, 2, 3])).toEqual(keysNow())
  })

  test("INSERT that fails tells nothing", () => {
    expect(() => other.exec("INSERT INTO pages (number, slug) VALUES (8, 'a')")).toThrow("UNIQUE")

    expect(changes()).toEqual([])
  })

  test("statements of every kind leave a log that adds up to the table", () => {
    const seed = Date.now() % 1_000_000
    process.stderr.write(`displaced rows: seed ${seed}\n`)
    let state = seed
    const below = (limit: number): number => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
      return Math.floor((state / 2_147_483_648) * limit)
    }
    const row = (): string => `(${1 + below(6)}, 's${below(6)}', 'p${below(2)}', ${below(3)})`
    const kinds: readonly (() => string)[] = [
      () => `REPLACE INTO pages (number, slug, part, version) VALUES ${row()}, ${row()}`,
      () => `INSERT OR IGNORE INTO pages (number, slug, part, version) VALUES ${row()}, ${row()}`,
      () =>
        `INSERT INTO pages (number, slug, part, version) VALUES ${row()} ON CONFLICT DO UPDATE SET version = NULL, number = ${7 + below(3)}`,
      () =>
        `UPDATE OR REPLACE pages SET slug = 's${below(6)}', number = ${1 + below(9)} WHERE number = ${1 + below(9)}`,
      () => `UPDATE OR IGNORE pages SET number = ${1 + below(9)} WHERE number = ${1 + below(9)}`,
      () => `UPDATE OR FAIL pages SET version = ${below(3)}`,
      () => `DELETE FROM pages WHERE number = ${1 + below(9)}`,
      () => `INSERT INTO pages (slug) VALUES ('s${below(6)}')`,
    ]
    for (let count = 0; count < 150; count += 1) {
      try {
        other.exec(kinds[below(kinds.length)]!())
      } catch (error) {
        expect(String(error)).toContain("UNIQUE")
      }
    }

    expect(told([1, 2, 3])).toEqual(keysNow())
  })
})
