import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { openSqliteDatabase } from "../../../src/daemon/storage/sqlite/sqlite-database.ts"
import type { SqliteDatabase, SqliteDatabaseOptions } from "../../../src/daemon/storage/sqlite/sqlite-database.ts"

/** A database in a folder of its own; `remove` stops it and deletes the folder. */
export interface TempDatabase {
  readonly database: SqliteDatabase
  readonly path: string
  readonly folder: string
  remove(): Promise<void>
}

/** Opens a real database file in a new temporary folder. */
export async function openTempDatabase(options: Partial<SqliteDatabaseOptions> = {}): Promise<TempDatabase> {
  const folder = await mkdtemp(join(tmpdir(), "alyx-database-"))
  const path = options.path ?? join(folder, "alyx.db")
  const database = await openSqliteDatabase({
    durability: "full",
    cacheBytes: 8 * 1024 * 1024,
    onFatal: (error) => {
      throw error
    },
    ...options,
    path,
  })
  return {
    database,
    path,
    folder,
    remove: async () => {
      await database.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
