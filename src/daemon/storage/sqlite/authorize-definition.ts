import { constants } from "node:sqlite"

import type { Authorize } from "./sqlite-connection.ts"

/** What no statement that defines a table, an index or a trigger does. */
const foreignActions: ReadonlySet<number> = new Set([
  constants.SQLITE_ATTACH,
  constants.SQLITE_DETACH,
  constants.SQLITE_TRANSACTION,
  constants.SQLITE_SAVEPOINT,
  constants.SQLITE_CREATE_VTABLE,
  constants.SQLITE_DROP_VTABLE,
  constants.SQLITE_CREATE_VIEW,
  constants.SQLITE_DROP_VIEW,
  constants.SQLITE_CREATE_TEMP_INDEX,
  constants.SQLITE_CREATE_TEMP_TABLE,
  constants.SQLITE_CREATE_TEMP_TRIGGER,
  constants.SQLITE_CREATE_TEMP_VIEW,
])

/** Lets a definition of ours through, and nothing that could reach beyond the tables of the file. */
export const authorizeDefinition: Authorize = (action, first, second) => {
  if (foreignActions.has(action)) return constants.SQLITE_DENY
  // ALTER TABLE looks whether the rows fit a new CHECK.
  if (action === constants.SQLITE_PRAGMA && first !== "quick_check") return constants.SQLITE_DENY
  if (action === constants.SQLITE_FUNCTION && second === "load_extension") return constants.SQLITE_DENY
  return constants.SQLITE_OK
}
