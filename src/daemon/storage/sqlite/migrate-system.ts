import { randomUUID } from "node:crypto"

import { alyxError } from "../../../errors.ts"
import { sqlQuery } from "../database.ts"
import { allSystemMigrations } from "../system-migrations/all-system-migrations.ts"
import type { SystemMigration } from "../system-migrations/system-migration.ts"
import { readMeta, writeMeta } from "../meta.ts"
import type { SqliteConnection } from "./sqlite-connection.ts"

/** Brings the system tables to this version of Alyx, in one transaction; refuses a database of a newer version. */
export function migrateSystemTables(
  connection: SqliteConnection,
  migrations: readonly SystemMigration[] = allSystemMigrations,
): void {
  const known = migrations.length
  const present = formatVersion(connection)
  if (present > known) {
    throw alyxError("DATABASE_NEWER", {
      message: `The database has format ${present}; this version of Alyx knows formats up to ${known}.`,
      next: "Install the version of Alyx that wrote it, or a newer one.",
    })
  }
  if (present === known) return
  connection.control("BEGIN IMMEDIATE")
  try {
    for (const migration of migrations.slice(present)) connection.execute(migration.sql)
    if (present === 0) writeMeta(connection, "epoch", randomUUID())
    writeMeta(connection, "format_version", String(known))
    connection.control("COMMIT")
  } catch (error) {
    if (connection.isTransaction) connection.control("ROLLBACK")
    throw error
  }
}

function formatVersion(connection: SqliteConnection): number {
  const exists = connection.get(sqlQuery("SELECT 1 FROM sqlite_schema WHERE name = '_alyx_meta'"))
  return exists === undefined ? 0 : Number(readMeta(connection, "format_version") ?? 0)
}
