import { open } from "node:fs/promises"

import { alyxError, isAlyxError } from "../../errors.ts"
import { quoteName } from "../../lib/sql-name.ts"
import type { RestoreResponse } from "../../protocol/data-api.ts"
import type { OnProgress } from "../../protocol/progress.ts"
import { schemaFromJson } from "../../schema/schema-from-json.ts"
import type { SchemaHolder } from "../schema-holder.ts"
import type { ServedDatabase } from "../served/served-database.ts"
import { latestSeq } from "../storage/changes.ts"
import { sqlQuery } from "../storage/database.ts"
import type { Reader } from "../storage/database.ts"
import { writeMeta } from "../storage/meta.ts"
import { buildFileFor, removeBuildFile } from "../storage/sqlite/build-file.ts"
import { openBuildConnection } from "../storage/sqlite/open-connection.ts"
import { appliedSchema } from "../storage/sqlite/plan-schema.ts"
import { keptBackupCount, writeBackup } from "../storage/sqlite/write-backup.ts"
import type { BuiltDatabase } from "./data-job.ts"

export interface ReplaceParts {
  readonly database: ServedDatabase
  readonly schemas: SchemaHolder
  readonly backupsDir: string
}

/** What is put in the place of what is there. */
export interface Replacement {
  /** What the backup is called, such as "restore". */
  readonly name: string
  /** Makes the new database in this file, which is there and empty. */
  readonly build: (target: string) => Promise<BuiltDatabase>
  readonly onProgress: OnProgress
}

/**
 * Puts another content in the place of what the served database holds. The new one is made in a file beside it, and
 * looked through, while everything goes on; then writes wait, a backup is written, and all is replaced in one
 * transaction: a crash leaves either the one or the other. Reads are answered all the time.
 */
export async function replaceDatabase(parts: ReplaceParts, replacement: Replacement): Promise<RestoreResponse> {
  const begin = performance.now()
  const { database } = parts
  const target = buildFileFor(database.path)
  await (await open(target, "wx", 0o600)).close()
  try {
    const built = await replacement.build(target)
    const backup = await swapContent(parts, { ...replacement, target, built })
    database.engine.tellCommit()
    return {
      collections: built.collections,
      backup,
      durationMs: Math.round(performance.now() - begin),
      notices: built.notices,
    }
  } finally {
    await removeBuildFile(target)
  }
}

async function swapContent(
  { database, schemas, backupsDir }: ReplaceParts,
  { name, target, built, onProgress }: Replacement & { readonly target: string; readonly built: BuiltDatabase },
): Promise<string | null> {
  const { engine } = database
  return engine.exclusive(async (connection) => {
    requirePageSize(connection, built)
    let backup: string | null = null
    if (holdsDocuments(connection)) {
      onProgress({ message: "Writing a backup of what is there" })
      backup = (await writeBackup(engine, { dir: backupsDir, name, keepCount: keptBackupCount })).path
    }
    numberChangesFrom(target, latestSeq(connection) + 1)
    const message = "Putting the new content in its place"
    onProgress({ message, ratio: 0 })
    await engine.replaceContent(target, (ratio) => onProgress({ message, ratio }))
    schemas.swap(schemaFromJson(built.schema))
    return backup
  })
}

function requirePageSize(reader: Reader, { pageBytes }: BuiltDatabase): void {
  const own = reader.get(sqlQuery<{ page_size: number }>("PRAGMA page_size"))!.page_size
  if (own === pageBytes) return
  throw alyxError("RESTORE_INVALID", {
    message: `The pages of the file have ${pageBytes} bytes, those of the database ${own}.`,
    next: `Nothing was changed. Run sqlite3 <file> 'PRAGMA page_size = ${own}; VACUUM;' on a copy of the file, and restore that.`,
  })
}

function holdsDocuments(reader: Reader): boolean {
  try {
    return [...appliedSchema(reader).collections.keys()].some(
      (name) => reader.get(sqlQuery(`SELECT 1 FROM ${quoteName(name)} LIMIT 1`)) !== undefined,
    )
  } catch (error) {
    // What is there cannot be read as a schema: it may hold anything, and a restore is the way out of it.
    if (isAlyxError(error, "DATABASE_CORRUPT")) return true
    throw error
  }
}

/** Numbers of changes are never used again, and whoever asks for what came after an old one is told to start afresh. */
function numberChangesFrom(target: string, seq: number): void {
  const connection = openBuildConnection(target)
  try {
    connection.run(sqlQuery("DELETE FROM sqlite_sequence WHERE name = '_alyx_changes'"))
    connection.run(sqlQuery("INSERT INTO sqlite_sequence (name, seq) VALUES ('_alyx_changes', ?)", [seq]))
    writeMeta(connection, "pruned_through", String(seq))
  } finally {
    connection.close()
  }
}
