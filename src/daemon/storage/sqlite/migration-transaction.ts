import { retryWhileBusy } from "./busy-back-off.ts"
import { rollBack } from "./run-group.ts"
import type { SqliteConnection } from "./sqlite-connection.ts"
import { translateSqliteError } from "./sqlite-errors.ts"

/**
 * Runs work on tables in one transaction with foreign keys off: dropping a table would otherwise delete what points to
 * it. They can only be switched outside a transaction, and are on again before anything else may run. `beforeCommit`
 * may wait, and undoes all of it by rejecting; it is not for the main connection, whose transaction others would see.
 */
export async function inMigrationTransaction<T>(
  connection: SqliteConnection,
  work: () => T,
  { beforeCommit }: { readonly beforeCommit?: (value: T) => Promise<void> } = {},
): Promise<T> {
  await retryWhileBusy(() => begin(connection))
  try {
    const value = work()
    await beforeCommit?.(value)
    connection.control("COMMIT")
    return value
  } catch (error) {
    rollBack(connection)
    throw translateSqliteError(error)
  } finally {
    connection.execute("PRAGMA foreign_keys = ON; PRAGMA legacy_alter_table = OFF")
  }
}

function begin(connection: SqliteConnection): void {
  try {
    // The old way of renaming leaves views and triggers that name the table as they are.
    connection.execute("PRAGMA foreign_keys = OFF; PRAGMA legacy_alter_table = ON")
    connection.control("BEGIN IMMEDIATE")
  } catch (error) {
    connection.execute("PRAGMA foreign_keys = ON; PRAGMA legacy_alter_table = OFF")
    throw translateSqliteError(error)
  }
}
