import { randomUUID } from "node:crypto"

import { alyxError } from "../../errors.ts"
import { sqlQuery } from "../storage/database.ts"
import type { Reader } from "../storage/database.ts"
import { readMeta, writeMeta } from "../storage/meta.ts"
import { migrateSystemTables } from "../storage/sqlite/migrate-system.ts"
import { openBuildConnection } from "../storage/sqlite/open-connection.ts"
import type { SqliteConnection } from "../storage/sqlite/sqlite-connection.ts"
import { dropPassingRows } from "./account-rows.ts"
import type { BuiltDatabase } from "./data-job.ts"
import { damaged } from "./damaged.ts"
import { finishBuilt, readBuiltSchema } from "./finish-built.ts"
import { leaveOutForeign, requireSystemTables } from "./judge-objects.ts"
import { renewTables } from "./renew-tables.ts"
import { plainTables, renewObjects, requireTables } from "./require-tables.ts"

/** What a file has to have to be a database of Alyx. */
const neededTables = ["_alyx_meta", "_alyx_migrations", "_alyx_changes"]

/**
 * Makes a database of Alyx, which came as a whole, ready to take the place of another one: system tables of this version,
 * an epoch of its own, no log of changes.
 */
export function finishCopied(
  connection: SqliteConnection,
  { name, onProgress }: { readonly name: string; readonly onProgress: (message: string) => void },
): BuiltDatabase {
  try {
    const present = plainTables(connection)
    if (!neededTables.every((table) => present.has(table)) || readMeta(connection, "format_version") === undefined) {
      throw alyxError("RESTORE_INVALID", {
        message: `${name} is not a database of Alyx: it lacks the system tables.`,
        next: "Nothing was changed. Take a file that alyx db backup or alyx db dump wrote.",
      })
    }
    const encoding = connection.get(sqlQuery<{ encoding: string }>("PRAGMA encoding"))?.encoding
    if (encoding !== "UTF-8") throw damaged(`its texts are ${String(encoding)}, not UTF-8`)
    const version = requireFormatVersion(connection)
    withScratch((scratch) => requireSystemTables(connection, version, scratch))
    migrateSystemTables(connection)
    const schema = readBuiltSchema(connection)
    withScratch((scratch) => requireTables(connection, schema, scratch))
    connection.control("BEGIN")
    const leftOut = leaveOutForeign(connection, schema)
    const renewed = renewTables(connection, schema, {
      now: new Date(),
      onProgress: ({ message }) => onProgress(message),
    })
    for (const collection of schema.collections.values()) renewObjects(connection, collection)
    dropPassingRows(connection)
    writeMeta(connection, "epoch", randomUUID())
    connection.control("COMMIT")
    const built = finishBuilt(connection, onProgress)
    return { ...built, notices: [...leftOut, ...renewed, ...built.notices] }
  } finally {
    connection.close()
  }
}

function requireFormatVersion(reader: Reader): number {
  const version = Number(readMeta(reader, "format_version"))
  if (!Number.isInteger(version) || version < 1) throw damaged("it does not say which format it has")
  return version
}

/** Does work with an empty database in memory. */
function withScratch(work: (scratch: SqliteConnection) => void): void {
  const scratch = openBuildConnection(":memory:")
  try {
    work(scratch)
  } finally {
    scratch.close()
  }
}
