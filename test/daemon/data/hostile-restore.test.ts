import { existsSync, readFileSync, writeFileSync } from "node:fs"
import path from "node:path"
import { DatabaseSync } from "node:sqlite"

import { describe, expect, onTestFinished, test } from "vitest"

import { buildDatabase } from "../../../src/daemon/data/build-database.ts"
import type { BuiltDatabase } from "../../../src/daemon/data/data-job.ts"
import { runDump } from "../../../src/daemon/data/dump.ts"
import { applySchema } from "../../../src/daemon/storage/sqlite/apply-schema.ts"
import { writeBackup } from "../../../src/daemon/storage/sqlite/write-backup.ts"
import { isAlyxError } from "../../../src/errors.ts"
import { systemClock } from "../../../src/lib/clock.ts"
import type { RestoreFormat } from "../../../src/protocol/data-api.ts"
import { requireSchema } from "../../schema/arbitrary-schema.ts"
import { openTempDatabase } from "../storage/open-temp-database.ts"
import type { TempDatabase } from "../storage/open-temp-database.ts"

const at = "2026-11-21T00:00:00.000Z"

const schema = requireSchema(`collections:
  users:
    fields:
      name: { type: string, maxLength: 100 }
      age: { type: int, nullable: true, index: true }
  posts:
    fields:
      title: { type: string }
      author_id: { type: uuid, references: users.id, nullable: true }
`)

const userId = "0190a6ec-7b4e-7c1f-8e2a-5d3f6b7a8c9d"

async function source(): Promise<TempDatabase> {
  const temp = await openTempDatabase()
  onTestFinished(() => temp.remove())
  await applySchema(temp.database, schema, { clock: systemClock })
  await temp.database.exclusive((connection) => {
    connection.execute(`INSERT INTO users (id, name) VALUES ('${userId}', 'Ada')`)
    connection.execute(`INSERT INTO posts (title, author_id) VALUES ('One', '${userId}')`)
  })
  return temp
}

function dumpText(file: string, format: "ndjson" | "json" | "sql"): string {
  const parts: string[] = []
  const output = { write: (text: string) => void parts.push(text), flush: () => undefined }
  const job = { kind: "dump", path: file, format, collections: null, isFramed: false, version: "0.0.0", at } as const
  runDump(job, { output, ready: () => undefined })
  return parts.join("")
}

interface Restored {
  readonly built: BuiltDatabase
  readonly target: string
}

function restore(temp: TempDatabase, content: Buffer | string, format: RestoreFormat): Restored {
  const target = path.join(temp.folder, "restored.db")
  writeFileSync(target, "")
  let rest: Buffer | null = Buffer.from(content)
  const next = (): Buffer | null => {
    const piece = rest
    rest = null
    return piece
  }
  const job = { kind: "build", target, format, name: `in.${format}`, at } as const
  return { built: buildDatabase(job, { input: { next }, onProgress: () => undefined }), target }
}

/** A backup of the source that somebody changed with SQLite. */
async function changedBackup(temp: TempDatabase, ...scripts: readonly string[]): Promise<Buffer> {
  const file = path.join(temp.folder, "backup.db")
  await writeBackup(temp.database, { file })
  const database = new DatabaseSync(file, { enableForeignKeyConstraints: false })
  database.enableDefensive?.(false)
  for (const script of scripts) database.exec(script)
  database.exec("PRAGMA journal_mode = DELETE")
  database.close()
  return readFileSync(file)
}

function rowsOf(file: string, sql: string): unknown[] {
  const database = new DatabaseSync(file)
  try {
    return database
      .prepare(sql)
      .all()
      .map((row) => ({ ...row }))
  } finally {
    database.close()
  }
}

/** Writes as the daemon would; whatever the file brought with it would run now. */
function write(file: string): void {
  const database = new DatabaseSync(file)
  try {
    database.exec(`INSERT INTO users (name) VALUES ('Bob'); UPDATE users SET age = 5; DELETE FROM users WHERE age = 4`)
  } finally {
    database.close()
  }
}

const isRefused = (says: RegExp) =>
  expect.toSatisfy((error) => isAlyxError(error, "RESTORE_INVALID") && says.test(error.message))

const refusal = isRefused(/./)

const owned = (temp: TempDatabase): string => path.join(temp.folder, "owned.db")
const breakOut = (temp: TempDatabase): string =>
  `100)) STRICT; COMMIT; ATTACH DATABASE '${owned(temp)}' AS x; CREATE TABLE x.owned(t); SELECT ((1`

describe("SQL in the schema of", () => {
  test.each(["ndjson", "json", "sql"] as const)("a dump as %s is refused, and runs nowhere", async (format) => {
    const temp = await source()
    const text = dumpText(temp.path, format)
    const changed = text.replace(
      '"maxLength":100',
      `"maxLength":"${format === "sql" ? breakOut(temp).replaceAll("'", "''") : breakOut(temp)}"`,
    )
    expect(changed).not.toBe(text)

    expect(() => restore(temp, changed, format)).toThrow(refusal)
    expect(existsSync(owned(temp))).toBe(false)
  })

  test("a backup is refused", async () => {
    const temp = await source()
    const text = breakOut(temp).replaceAll("'", "''")
    const backup = await changedBackup(
      temp,
      `UPDATE _alyx_meta SET value = replace(value, '"maxLength":100', '"maxLength":"${text}"') WHERE key = 'schema'`,
    )

    expect(() => restore(temp, backup, "db")).toThrow(refusal)
    expect(existsSync(owned(temp))).toBe(false)
  })

  test.each([
    ['"name":"users"', '"name":"../../../../tmp/x"'],
    ['"name":"users"', '"name":"__proto__"'],
    ['"name":"users"', String.raw`"name":"a/b?c#d\u001b[31m"`],
    ['"name":"users"', '"name":"_alyx_meta"'],
    ['"name":"users"', '"name":"sqlite_users"'],
    ['"name":"age"', '"name":"rowid"'],
    ['"maxLength":100', '"maxLength":100,"pattern":"(?=a)"'],
    ['"onDelete":"restrict"', '"onDelete":"restrict; ATTACH"'],
  ])("a name or a word that no schema has is refused: %s as %s", async (from, to) => {
    const temp = await source()
    const text = dumpText(temp.path, "ndjson")
    expect(text).toContain(from)

    expect(() => restore(temp, text.replaceAll(from, to), "ndjson")).toThrow(refusal)
  })
})

describe("what runs by itself in", () => {
  const endless =
    "SELECT count(*) FROM (WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c)"

  test("a script stays out: triggers do not run, not even while it is read", async () => {
    const temp = await source()
    const trigger = `CREATE TRIGGER evil BEFORE INSERT ON users BEGIN ${endless}; END;\n`
    const insert = `INSERT INTO users (id, name) VALUES ('${userId.replace("0190", "0191")}', 'Eve');\n`
    const text = dumpText(temp.path, "sql")
    const end = text.indexOf("COMMIT;")
    const changed = (text.slice(0, end) + trigger + insert + text.slice(end)).replace(/(-- .*) 2\s*$/, "$1 3\n")

    const { target } = restore(temp, changed, "sql")

    expect(rowsOf(target, "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND name NOT LIKE '_alyx_%'")).toEqual(
      [],
    )
    write(target)
  })

  test("a backup stays out, and is named", async () => {
    const temp = await source()
    const backup = await changedBackup(
      temp,
      `CREATE TRIGGER evil BEFORE INSERT ON users BEGIN ${endless}; END`,
      "CREATE TRIGGER worse AFTER UPDATE ON users BEGIN UPDATE _alyx_meta SET value = 'boom' WHERE key = 'schema'; END",
      "DROP TRIGGER _alyx_insert_users",
      `CREATE TRIGGER _alyx_insert_users AFTER INSERT ON users BEGIN ${endless}; END`,
      `CREATE TRIGGER _alyx_more AFTER INSERT ON users BEGIN ${endless}; END`,
      "CREATE INDEX costly ON users (hex(zeroblob(70000000)))",
      "CREATE INDEX partial ON users (name) WHERE age > 3",
      "CREATE INDEX by_name ON users (name)",
      "CREATE TABLE notes (n INTEGER PRIMARY KEY, user TEXT REFERENCES users (id))",
      "CREATE VIEW names AS SELECT name FROM users",
    )

    const { built, target } = restore(temp, backup, "db")

    expect(built.notices[0]).toMatch(/Left out.*trigger evil.*trigger worse.*index costly.*index partial/)
    expect(built.notices.join("\n")).toMatch(/in the database now: .*index by_name.*table notes.*view names/)
    write(target)
    expect(rowsOf(target, "SELECT operation FROM _alyx_changes WHERE operation = 'insert'")).toHaveLength(1)
    expect(rowsOf(target, "SELECT value FROM _alyx_meta WHERE value = 'boom'")).toEqual([])
  })

  test("a table of a backup goes: one that is not that of the schema is made anew", async () => {
    const temp = await source()
    const backup = await changedBackup(
      temp,
      "PRAGMA writable_schema = ON",
      `UPDATE sqlite_schema SET sql = replace(sql, ') STRICT', ', "more" INTEGER AS (length(hex(zeroblob(70000000)))), CHECK (length(hex(zeroblob(70000000))) > 0)) STRICT') WHERE name = 'users'`,
      "PRAGMA writable_schema = RESET",
      "ALTER TABLE posts ADD COLUMN plain TEXT DEFAULT 'x'",
    )

    const { built, target } = restore(temp, backup, "db")

    expect(built.notices).toContain("The table users was not as its schema makes it; it was made anew.")
    expect(rowsOf(target, "SELECT sql FROM sqlite_schema WHERE sql LIKE '%zeroblob%'")).toEqual([])
    expect(rowsOf(target, "SELECT name FROM users")).toEqual([{ name: "Ada" }])
    expect(rowsOf(target, "SELECT title, plain FROM posts")).toEqual([{ title: "One", plain: "x" }])
    expect(rowsOf(target, "SELECT sql FROM sqlite_schema WHERE name = 'posts'")[0]).toMatchObject({
      sql: expect.stringContaining('REFERENCES "users"') as string,
    })
    write(target)
  })

  test.each<[string, RegExp, ...string[]]>([
    ["an index on a system table", /index once/, "CREATE INDEX once ON _alyx_changes (operation)"],
    ["a trigger on a system table", /trigger t/, "CREATE TRIGGER t AFTER INSERT ON _alyx_changes BEGIN SELECT 1; END"],
    ["a table among those of Alyx", /_alyx_more/, "CREATE TABLE _alyx_more (a)"],
    [
      "a system table with a check",
      /_alyx_meta/,
      "PRAGMA writable_schema = ON",
      "UPDATE sqlite_schema SET sql = replace(sql, 'value TEXT NOT NULL', 'value TEXT NOT NULL CHECK (value <> 1)') WHERE name = '_alyx_meta'",
    ],
    [
      "a trigger that is called a table",
      /damaged/,
      "CREATE TRIGGER t AFTER INSERT ON users BEGIN SELECT 1; END",
      "PRAGMA writable_schema = ON",
      "UPDATE sqlite_schema SET type = 'view' WHERE name = 't'",
    ],
    [
      "a trigger that is called another one",
      /damaged/,
      "CREATE TRIGGER t AFTER INSERT ON users BEGIN SELECT 1; END",
      "PRAGMA writable_schema = ON",
      "UPDATE sqlite_schema SET name = 'other' WHERE name = 't'",
    ],
    ["a virtual table", /virtual table words/, "CREATE VIRTUAL TABLE words USING fts5(a)"],
    [
      "a collection that is a virtual table",
      /users|posts/,
      "DROP TABLE posts",
      "DROP TABLE users",
      "CREATE VIRTUAL TABLE users USING fts5(id, name, age, created_at, updated_at)",
    ],
    [
      "a table of others that computes when a document goes",
      /table notes/,
      "CREATE TABLE notes (u TEXT REFERENCES users (id) ON DELETE SET NULL, CHECK (length(hex(zeroblob(70000000))) > 0))",
    ],
    [
      "too many tables of others",
      /more than 1000/,
      "BEGIN",
      Array.from({ length: 1_001 }, (_, index) => `CREATE TABLE o${index} (a);`).join(""),
      "COMMIT",
    ],
  ])("a backup is refused with %s", async (_what, says, ...scripts) => {
    const temp = await source()
    const backup = await changedBackup(temp, ...scripts)

    expect(() => restore(temp, backup, "db")).toThrow(isRefused(says))
  })

  test.each<[string, unknown]>([
    ["is no list", 5],
    ["is of no kind", [{ kind: "shell", operations: [] }]],
    ["has an operation of no type", [{ kind: "operations", operations: [{ type: "attach" }] }]],
    ["lacks a member", [{ kind: "operations", operations: [{ type: "drop_field", collection: "users" }] }]],
    [
      "sets the name of a field",
      [
        {
          kind: "operations",
          operations: [
            { type: "set_constraints", collection: "users", field: "name", set: { name: "x y" }, fill: null },
          ],
        },
      ],
    ],
  ])("a history whose way back %s is refused", async (_what, inverse) => {
    const temp = await source()
    const text = JSON.stringify(inverse).replaceAll("'", "''")
    const script = `INSERT INTO _alyx_migrations (version, name, checksum, changes, applied_at, kind, number, inverse)
      VALUES ('x', 'x', 'x', '[]', '${at}', 'file', 1, '${text}')`

    const backup = await changedBackup(temp, script)
    expect(() => restore(temp, backup, "db")).toThrow(isRefused(/history/))
    await temp.database.exclusive((connection) => connection.execute(script))
    expect(() => restore(temp, dumpText(temp.path, "ndjson"), "ndjson")).toThrow(isRefused(/history/))
  })
})
