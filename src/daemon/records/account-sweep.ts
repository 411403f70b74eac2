import { RepeatedWork } from "../../lib/repeated-work.ts"
import { quoteName } from "../../lib/sql-name.ts"
import type { Schema } from "../../schema/schema.ts"
import { deleteAccountRow } from "../auth/accounts.ts"
import type { SchemaHolder } from "../schema-holder.ts"
import type { Signals } from "../signals/signals.ts"
import { sqlQuery } from "../storage/database.ts"
import type { Database, Query } from "../storage/database.ts"

/** How often it is looked whether others wrote. */
const pauseMs = 1_000

/** Every so many looks it is taken for granted that they did: what failed is tried again. */
const looksPerNews = 60

/** How many accounts one write ends, so that it never keeps other writes waiting. */
const endedCountMax = 500

/** What accountSweep needs. */
export interface AccountSweepOptions {
  readonly database: Database
  readonly schemas: Pick<SchemaHolder, "isReady" | "current">
  readonly signals: Signals
  /** The collection of accounts; null where there is none. */
  readonly collection: () => string | null
  /** Called with the accounts that ended. */
  readonly onEnded: (ids: readonly string[]) => void
  readonly onWarning: (error: unknown) => void
}

/**
 * Ends accounts whose documents were deleted past the API: by another program, or a statement of a person. What the API deletes takes
 * its account along (settle-accounts.ts). Accounts that never had a document, since they are older than the collection, stay.
 */
export function accountSweep(options: AccountSweepOptions): RepeatedWork {
  let version: unknown
  let lookCount = 0
  return new RepeatedWork({
    pauseMs,
    onWarning: options.onWarning,
    work: async (isStopped) => {
      const before = version
      version = readVersion(options.database)
      lookCount += 1
      if (version === before && lookCount % looksPerNews !== 0) return
      while (!isStopped() && (await endSome(options)));
    },
  })
}

/** SQLite changes the number with each commit of another connection. */
function readVersion(database: Database): unknown {
  return database.read((reader) => reader.get(sqlQuery("PRAGMA data_version")))?.["data_version"]
}

/** Ends up to 500 accounts; says whether there may be more. */
async function endSome({ database, schemas, signals, collection, onEnded }: AccountSweepOptions): Promise<boolean> {
  const name = collection()
  const orphans = name === null || !schemas.isReady ? undefined : orphansQuery(schemas.current, name)
  if (orphans === undefined || database.read((reader) => reader.get(orphans)) === undefined) return false
  const ids = await database.write((transaction) => {
    const found = transaction.all(orphans).map(({ id }) => id)
    return found.filter((id) => deleteAccountRow(transaction, id))
  })
  if (ids.length === 0) return false
  signals.nudge("accounts")
  onEnded(ids)
  return ids.length === endedCountMax
}

/** The accounts whose document was deleted, as the log of changes tells, and is not there again. */
function orphansQuery(schema: Schema, name: string): Query<{ readonly id: string }> | undefined {
  const key = schema.collections.get(name)?.primaryKey
  if (key?.type !== "uuid" && key?.type !== "string") return undefined
  const sql = `SELECT DISTINCT doc_id AS id FROM "_alyx_changes" AS deleted WHERE operation = 'delete' AND collection = ?
    AND EXISTS (SELECT 1 FROM "_alyx_users" WHERE id = deleted.doc_id)
    AND NOT EXISTS (SELECT 1 FROM ${quoteName(name)} WHERE ${quoteName(key.name)} = deleted.doc_id)
    LIMIT ${endedCountMax}`
  return sqlQuery(sql, [name])
}
