import { constants } from "node:sqlite"

/** What SQLite asks an authorizer about while a statement only looks. */
export const lookingActions: ReadonlySet<number> = new Set([
  constants.SQLITE_SELECT,
  constants.SQLITE_READ,
  constants.SQLITE_FUNCTION,
  constants.SQLITE_RECURSIVE,
])

/** What it asks about while a statement changes rows. */
export const rowActions: ReadonlySet<number> = new Set([
  constants.SQLITE_INSERT,
  constants.SQLITE_UPDATE,
  constants.SQLITE_DELETE,
])

/** Whether a function would bring foreign code into the process. */
export function loadsExtension(action: number, name: string | null): boolean {
  return action === constants.SQLITE_FUNCTION && name?.toLowerCase() === "load_extension"
}

/** What makes or drops a table, an index, a view or a trigger begins with a write to the list of them. */
export function isListOfTables(table: string): boolean {
  return /^sqlite_(?:temp_)?(?:master|schema)$/i.test(table)
}

/** Transactions are for Alyx to control. */
export function controlsTransaction(action: number): boolean {
  return action === constants.SQLITE_TRANSACTION || action === constants.SQLITE_SAVEPOINT
}

/** Other files are not for a person's SQL. */
export function attachesFile(action: number): boolean {
  return action === constants.SQLITE_ATTACH || action === constants.SQLITE_DETACH
}
