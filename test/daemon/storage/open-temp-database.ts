import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { createTable } from "../../../src/daemon/storage/sqlite/change-table.ts"
import { openSqliteDatabase } from "../../../src/daemon/storage/sqlite/sqlite-database.ts"
import type { SqliteDatabaseOptions } from "../../../src/daemon/storage/sqlite/database-parts.ts"
import type { SqliteDatabase } from "../../../src/daemon/storage/sqlite/sqlite-database.ts"
import type { Schema } from "../../../src/schema/schema.ts"
import { builtPrograms } from "../../helpers/built-programs.ts"

/** A database in a folder of its own; `remove` stops it and deletes the folder. */
export interface TempDatabase {
  readonly database: SqliteDatabase
  readonly path: string
  readonly folder: string
  remove(): Promise<void>
}

/** How to open it: options of the database, and the schema whose tables it gets. */
export interface TempDatabaseOptions extends Partial<SqliteDatabaseOptions> {
  readonly schema?: Schema
}

/** Opens a real database file in a new temporary folder. */
export async function openTempDatabase({ schema, ...options }: TempDatabaseOptions = {}): Promise<TempDatabase> {
  const folder = await mkdtemp(join(tmpdir(), "alyx-database-"))
  const path = options.path ?? join(folder, "alyx.db")
  const { checkpointWorker, readerProcess } = await builtPrograms()
  const opening = openSqliteDatabase({
    durability: "full",
    cacheBytes: 8 * 1024 * 1024,
    onFatal: (error) => {
      throw error
    },
    checkpointWorkerUrl: checkpointWorker,
    readerProcessUrl: readerProcess,
    ...options,
    path,
  })
  const database = await opening.catch(async (error: unknown) => {
    await rm(folder, { recursive: true, force: true })
    throw error
  })
  if (schema !== undefined) {
    await database.exclusive((connection) => {
      for (const collection of schema.collections.values()) createTable(connection, collection)
    })
  }
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
