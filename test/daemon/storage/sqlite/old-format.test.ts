import { DatabaseSync } from "node:sqlite"
import path from "node:path"

import { expect, test } from "vitest"

import { readAppliedFiles, readHistory } from "../../../../src/daemon/storage/migration-history.ts"
import { applySchema } from "../../../../src/daemon/storage/sqlite/apply-schema.ts"
import { foundation } from "../../../../src/daemon/storage/system-migrations/001-foundation.ts"
import { requireSchema } from "../../../schema/arbitrary-schema.ts"
import { tempFolder } from "../../../helpers/temp-folder.ts"
import { openTempDatabase } from "../open-temp-database.ts"

test("a database of the first format keeps its history, and can be migrated further", async () => {
  const file = path.join(await tempFolder(), "alyx.db")
  const old = new DatabaseSync(file)
  old.exec("PRAGMA journal_mode = WAL")
  old.exec(foundation.sql)
  old.exec(`
    INSERT INTO _alyx_meta VALUES ('format_version', '1'), ('epoch', 'e');
    INSERT INTO _alyx_migrations VALUES (1, 'schema-1', '+ users', 'sum', '["+ users"]', '2026-01-01T00:00:00.000Z');
  `)
  old.close()

  const temp = await openTempDatabase({ path: file })
  try {
    expect(temp.database.read(readHistory)).toEqual([
      {
        id: 1,
        kind: "schema",
        number: null,
        name: "+ users",
        changes: ["+ users"],
        appliedAt: "2026-01-01T00:00:00.000Z",
        rolledBackAt: null,
      },
    ])
    expect(temp.database.read(readAppliedFiles)).toEqual([])
    const schema = requireSchema("version: 1\ncollections: { tags: { fields: { name: { type: string } } } }\n")
    await applySchema(temp.database, schema, { clock: { now: () => 0 } })
    expect(temp.database.read(readHistory).map(({ id, kind }) => [id, kind])).toEqual([
      [1, "schema"],
      [2, "schema"],
    ])
  } finally {
    await temp.remove()
  }
})
