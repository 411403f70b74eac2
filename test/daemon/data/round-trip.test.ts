import { execFileSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import path from "node:path"
import { DatabaseSync } from "node:sqlite"

import * as fc from "fast-check"
import { describe, expect, test } from "vitest"

import { buildDatabase } from "../../../src/daemon/data/build-database.ts"
import { runDump } from "../../../src/daemon/data/dump.ts"
import { createRecord } from "../../../src/daemon/records/create.ts"
import { defaultRecordLimits } from "../../../src/daemon/records/records.ts"
import { sqlQuery } from "../../../src/daemon/storage/database.ts"
import { applySchema } from "../../../src/daemon/storage/sqlite/apply-schema.ts"
import { writeBackup } from "../../../src/daemon/storage/sqlite/write-backup.ts"
import { isAlyxError } from "../../../src/errors.ts"
import { systemClock } from "../../../src/lib/clock.ts"
import { restoreFormats } from "../../../src/protocol/data-api.ts"
import type { RestoreFormat } from "../../../src/protocol/data-api.ts"
import type { Schema } from "../../../src/schema/schema.ts"
import { ownerCaller } from "../../helpers/owner-caller.ts"
import { scaled, testSeed } from "../../helpers/scale.ts"
import { arbitraryDocument, arbitrarySchema } from "../../schema/arbitrary-schema.ts"
import { openTempDatabase } from "../storage/open-temp-database.ts"
import type { TempDatabase } from "../storage/open-temp-database.ts"

const at = "2026-11-21T00:00:00.000Z"

describe("what is dumped and restored is what was there", () => {
  test("for random schemas and documents, in every form", async () => {
    const seed = testSeed()
    await fc.assert(
      fc.asyncProperty(
        arbitrarySchema().chain((schema) => fc.tuple(fc.constant(schema), documentsOf(schema))),
        async ([schema, documents]) => {
          const source = await openTempDatabase()
          try {
            await fill(source, schema, documents)
            const before = contentOf(source.path)
            for (const format of restoreFormats) {
              const input = await written(source, format)
              const target = path.join(source.folder, `restored-${format}.db`)
              restore({ input, target, format })

              expect(contentOf(target), format).toEqual(before)
              expect(passingRowCount(target), format).toBe(0)
            }
            loadWithOthers(source, before)
          } finally {
            await source.remove()
          }
        },
      ),
      { seed, numRuns: scaled(60, 4), endOnFailure: true },
    )
  })
})

/** The script is loaded by SQLite itself, and by its own program where there is one. */
function loadWithOthers(source: TempDatabase, before: Content): void {
  const script = dumpText(source.path, "sql")
  const loaded = path.join(source.folder, "loaded.db")
  const database = new DatabaseSync(loaded)
  database.exec(script)
  database.close()
  expect(contentOf(loaded)).toEqual(before)

  const program = sqliteProgram()
  if (program === null) return
  const shell = path.join(source.folder, "shell.db")
  execFileSync(program, ["-bail", shell], { input: script })
  expect(roughly(contentOf(shell))).toEqual(roughly(before))
}

/** Older versions of SQLite's program read the last digit of a very small number wrong. */
function roughly(content: Content): unknown {
  return JSON.parse(JSON.stringify(content), (_name, value: unknown) =>
    typeof value === "number" && !Number.isInteger(value) ? value.toPrecision(13) : value,
  )
}

function sqliteProgram(): string | null {
  try {
    const version = execFileSync("sqlite3", ["--version"], { encoding: "utf8" })
    const [major = 0, minor = 0] = version.split(".").map(Number)
    return major > 3 || minor >= 37 ? "sqlite3" : null
  } catch {
    return null
  }
}

type Documents = readonly { readonly collection: string; readonly data: object }[]

function documentsOf(schema: Schema): fc.Arbitrary<Documents> {
  const lists = [...schema.collections.values()].map((collection) =>
    fc
      .array(arbitraryDocument(collection), { maxLength: 6 })
      .map((list) => list.map((data) => ({ collection: collection.name, data }))),
  )
  return fc.tuple(...lists).map((all) => all.flat())
}

async function fill({ database }: TempDatabase, schema: Schema, documents: Documents): Promise<void> {
  await applySchema(database, schema, { clock: systemClock })
  const parts = {
    database,
    schemas: { current: schema },
    clock: systemClock,
    limits: defaultRecordLimits,
    explains: false,
    accountsCollection: null,
    accountsChanged: () => undefined,
  }
  const caller = ownerCaller("req_test", "127.0.0.1")
  for (const { collection, data } of documents) {
    try {
      await createRecord(parts, { schema, caller, collection, query: [], body: data })
    } catch (error) {
      // Two random documents may have one key.
      if (!isAlyxError(error, "UNIQUE_CONFLICT")) throw error
    }
  }
  await database.write((transaction) => {
    for (const sql of accountRows) transaction.run(sqlQuery(sql))
  })
}

/** An account with all that it signs in with; its session, code and mail stay behind. */
const accountRows = [
  `INSERT INTO _alyx_users (id, email, email_key, password_hash, metadata, created_at, updated_at) VALUES ('u1', 'Ä@b.c', 'ä@b.c', '$argon2id$v=19$…', '{"a":[1]}', '${at}', '${at}')`,
  `INSERT INTO _alyx_users (id, email, email_key, created_at, updated_at) VALUES ('u2', 'x@y.z', 'x@y.z', '${at}', '${at}')`,
  `INSERT INTO _alyx_oauth_accounts (provider, subject, user_id, created_at) VALUES ('github', '7', 'u2', '${at}')`,
  `INSERT INTO _alyx_api_keys (id, name, key_hash, role, operations, created_at) VALUES ('k1', 'ci', 'hash', 'robot', '["read"]', '${at}')`,
  `INSERT INTO _alyx_sessions (id, user_id, created_at, last_used_at, expires_at, address) VALUES ('s1', 'u1', '${at}', '${at}', '${at}', '::1')`,
  `INSERT INTO _alyx_refresh_tokens (token_hash, session_id, created_at, expires_at) VALUES ('t', 's1', '${at}', '${at}')`,
  `INSERT INTO _alyx_auth_codes (code_hash, purpose, user_id, created_at, expires_at) VALUES ('c', 'reset', 'u1', '${at}', '${at}')`,
]

function dumpText(file: string, format: "ndjson" | "json" | "sql"): string {
  const parts: string[] = []
  const output = { write: (text: string) => void parts.push(text), flush: () => undefined }
  runDump(
    { kind: "dump", path: file, format, collections: null, isFramed: false, version: "0.0.0", at },
    { output, ready: () => undefined },
  )
  return parts.join("")
}

async function written(source: TempDatabase, format: RestoreFormat): Promise<Buffer> {
  if (format !== "db") return Buffer.from(dumpText(source.path, format))
  const file = path.join(source.folder, "backup.db")
  await writeBackup(source.database, { file })
  return readFileSync(file)
}

/** In small pieces, which begin and end anywhere. */
function restore({ input, target, format }: { input: Buffer; target: string; format: RestoreFormat }): void {
  writeFileSync(target, "")
  let position = 0
  const next = (): Buffer | null => {
    const piece = input.subarray(position, position + 997)
    position += piece.length
    return piece.length === 0 ? null : piece
  }
  buildDatabase(
    { kind: "build", target, format, name: `x.${format}`, at },
    { input: { next }, onProgress: () => undefined },
  )
}

type Content = Record<string, unknown>

/** What a database says of itself, and not of its data. */
function isPassing(table: string): boolean {
  return [
    "_alyx_changes",
    "_alyx_displaced",
    "_alyx_sessions",
    "_alyx_refresh_tokens",
    "_alyx_auth_codes",
    "_alyx_mails",
  ].includes(table)
}

const passingRows = ["_alyx_sessions", "_alyx_refresh_tokens", "_alyx_auth_codes"]
  .map((table) => `(SELECT count(*) FROM ${table})`)
  .join(" + ")

/** Sessions and codes that came through. */
function passingRowCount(file: string): unknown {
  const database = new DatabaseSync(file, { readOnly: true })
  try {
    return database.prepare(`SELECT ${passingRows} AS n`).get()!["n"]
  } finally {
    database.close()
  }
}

/** Everything that a restore has to bring back; not the epoch, which is another one, nor the log of changes. */
function contentOf(file: string): Content {
  const database = new DatabaseSync(file, { readOnly: true })
  try {
    const all = (sql: string): unknown[] =>
      database
        .prepare(sql)
        .all()
        .map((row) => ({ ...row }))
    const tables = all("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name") as { name: string }[]
    const rows = tables
      .filter(({ name }) => !name.startsWith("sqlite_") && !isPassing(name) && name !== "_alyx_meta")
      .map(({ name }) => [name, all(`SELECT * FROM "${name}" ORDER BY rowid`)])
    return {
      objects: all("SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name"),
      rows: Object.fromEntries(rows) as unknown,
      meta: all("SELECT key, value FROM _alyx_meta WHERE key NOT IN ('epoch', 'pruned_through') ORDER BY key"),
      sequences: all("SELECT name, seq FROM sqlite_sequence WHERE name <> '_alyx_changes' ORDER BY name"),
      application: all("PRAGMA application_id"),
      integrity: all("PRAGMA integrity_check"),
    }
  } finally {
    database.close()
  }
}
