import { randomUUID } from "node:crypto"

import { alyxError } from "../../errors.ts"
import { sqlQuery } from "../storage/database.ts"
import { readMeta, writeMeta } from "../storage/meta.ts"
import { presentTables } from "../storage/sqlite/present-objects.ts"
import { migrateSystemTables } from "../storage/sqlite/migrate-system.ts"
import type { SqliteConnection } from "../storage/sqlite/sqlite-connection.ts"
import type { BuiltDatabase } from "./data-job.ts"
import { damaged, finishBuilt } from "./finish-built.ts"

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
    const present = presentTables(connection)
    if (!neededTables.every((table) => present.has(table)) || readMeta(connection, "format_version") === undefined) {
      throw alyxError("RESTORE_INVALID", {
        message: `${name} is not a database of Alyx: it lacks the system tables.`,
        next: "Nothing was changed. Take a file that alyx db backup or alyx db dump wrote.",
      })
    }
    const encoding = connection.get(sqlQuery<{ encoding: string }>("PRAGMA encoding"))?.encoding
    if (encoding !== "UTF-8") throw damaged(`its texts are ${String(encoding)}, not UTF-8`)
    migrateSystemTables(connection)
    connection.control("BEGIN")
    connection.execute("DELETE FROM _alyx_changes")
    writeMeta(connection, "epoch", randomUUID())
    connection.control("COMMIT")
    return finishBuilt(connection, onProgress)
  } finally {
    connection.close()
  }
}
