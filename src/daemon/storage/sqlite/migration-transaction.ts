import { setTimeout as delay } from "node:timers/promises"

import { databaseBusy, sqliteCodes, sqlitePrimaryCode, translateSqliteError } from "./sqlite-errors.ts"
import type { SqliteConnection } from "./sqlite-connection.ts"

/** How long a migration waits for another process to give up the write lock, and how often it asks. */
const waitMsMax = 5_000
const pauseMs = 50

/**
 * Runs work on tables in one transaction with foreign keys off: dropping a table would otherwise delete what points to
 * it. They can only be switched outside a transaction, and are on again before anything else may run.
 */
export async function inMigrationTransaction<T>(connection: SqliteConnection, work: () => T): Promise<T> {
  await begin(connection)
  try {
    const value = work()
    connection.control("COMMIT")
    return value
  } catch (error) {
    if (connection.isTransaction) connection.control("ROLLBACK")
    throw translateSqliteError(error)
  } finally {
    connection.execute("PRAGMA foreign_keys = ON; PRAGMA legacy_alter_table = OFF")
  }
}

async function begin(connection: SqliteConnection): Promise<void> {
  const deadlineMs = performance.now() + waitMsMax
  for (;;) {
    try {
      // The old way of renaming leaves views and triggers that name the table as they are.
      connection.execute("PRAGMA foreign_keys = OFF; PRAGMA legacy_alter_table = ON")
      connection.control("BEGIN IMMEDIATE")
      return
    } catch (error) {
      connection.execute("PRAGMA foreign_keys = ON; PRAGMA legacy_alter_table = OFF")
      if (sqlitePrimaryCode(error) !== sqliteCodes.busy) throw translateSqliteError(error)
      if (performance.now() > deadlineMs) throw databaseBusy(error)
    }
    await delay(pauseMs)
  }
}
