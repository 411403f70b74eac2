import { randomUUID } from "node:crypto"

import { alyxError } from "../../errors.ts"
import { quoteName } from "../../lib/sql-name.ts"
import { sqlQuery } from "../storage/database.ts"
import { writeMeta } from "../storage/meta.ts"
import { migrateSystemTables } from "../storage/sqlite/migrate-system.ts"
import type { SqliteConnection } from "../storage/sqlite/sqlite-connection.ts"
import { allSystemMigrations } from "../storage/system-migrations/all-system-migrations.ts"
import type { DumpHead } from "./dump-source.ts"

/**
 * Makes the system tables of a new database, with a history that another one had. At the version of that one first,
 * since its history has the columns of that version.
 */
export function makeSystemTables(
  connection: SqliteConnection,
  { format_version: version, migrations }: Pick<DumpHead, "format_version" | "migrations">,
): void {
  if (version > allSystemMigrations.length) {
    throw alyxError("DATABASE_NEWER", {
      message: `The dump has format ${version}; this version of Alyx knows formats up to ${allSystemMigrations.length}.`,
      next: "Install the version of Alyx that wrote it, or a newer one.",
    })
  }
  migrateSystemTables(connection, allSystemMigrations.slice(0, Math.max(1, version)))
  for (const row of migrations) {
    const names = Object.keys(row)
    const marks = names.map(() => "?").join(", ")
    const sql = `INSERT INTO _alyx_migrations (${names.map(quoteName).join(", ")}) VALUES (${marks})`
    connection.run(sqlQuery(sql, Object.values(row)))
  }
  migrateSystemTables(connection)
  writeMeta(connection, "epoch", randomUUID())
}
