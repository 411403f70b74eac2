import { constants } from "node:sqlite"

import {
  attachesFile,
  controlsTransaction,
  isListOfTables,
  loadsExtension,
  lookingActions,
  rowActions,
} from "./sql-actions.ts"

/** What a statement of a person may do: look, write documents, or make tables (the script of a dump). */
export type ConsoleRights = "read" | "write" | "script"

/** What a statement asks for and does not get, without being refused. */
export const passedOver = Symbol("passed over")

/** Asks about one thing that a statement would do; undefined allows it, a sentence says why not. */
export type ConsoleRule = (
  action: number,
  first: string | null,
  second: string | null,
  source: string | null,
) => string | typeof passedOver | undefined

/** Those that only tell. */
const readingPragmas = new Set(
  (
    "application_id auto_vacuum collation_list compile_options data_version database_list encoding foreign_key_check " +
    "foreign_key_list foreign_keys freelist_count function_list index_info index_list index_xinfo integrity_check " +
    "journal_mode module_list page_count page_size pragma_list quick_check schema_version synchronous table_info " +
    "table_list table_xinfo user_version"
  ).split(" "),
)

/** Among them those to which a value says what to look at; to the others it would be a new setting. */
const askingPragmas = new Set(
  (
    "foreign_key_check foreign_key_list index_info index_list index_xinfo integrity_check quick_check table_info " +
    "table_list table_xinfo"
  ).split(" "),
)

/** What the script of a dump is made of, besides rows. */
const scriptActions: ReadonlySet<number> = new Set([
  constants.SQLITE_CREATE_TABLE,
  constants.SQLITE_CREATE_INDEX,
  constants.SQLITE_REINDEX,
  constants.SQLITE_TRANSACTION,
])

/** The rule for a person's statements; what is not named here is refused. */
export function consoleRule(rights: ConsoleRights): ConsoleRule {
  return (action, first, second, source) => {
    if (loadsExtension(action, second)) return "Extensions cannot be loaded."
    if (lookingActions.has(action)) return undefined
    // Those of Alyx are made of the schema in the end, and others would run while the rest of the script is read.
    if (rights === "script" && action === constants.SQLITE_CREATE_TRIGGER) return passedOver
    if (action === constants.SQLITE_PRAGMA) return pragmaRule(rights, first ?? "", second)
    if (rights === "script" && (rowActions.has(action) || scriptActions.has(action))) return undefined
    if (rowActions.has(action)) return rowRule(rights, first ?? "", source)
    return refusalOf(action)
  }
}

function pragmaRule(rights: ConsoleRights, name: string, value: string | null): ReturnType<ConsoleRule> {
  const word = name.toLowerCase()
  // The script of a dump has it for other programs; here the rows are checked.
  if (rights === "script" && word === "ignore_check_constraints") return passedOver
  if (rights === "script" && ["foreign_keys", "application_id", "user_version"].includes(word)) return undefined
  if (readingPragmas.has(word) && (value === null || askingPragmas.has(word))) return undefined
  return `PRAGMA ${word} is not allowed here: it could change the database.`
}

/** The change log is written by the triggers of Alyx, whoever changes a document. */
function rowRule(rights: ConsoleRights, table: string, source: string | null): string | undefined {
  // What makes or drops a table first changes the list of them.
  if (isListOfTables(table)) return followsSchema
  if (rights === "read") return "This only reads. To change documents, add --write (in the shell: .write on)."
  if (source?.startsWith("_alyx_") === true) return undefined
  if (!/^(_alyx_|sqlite_)/i.test(table)) return undefined
  return `${table} belongs to Alyx itself; it is read here, never written.`
}

function refusalOf(action: number): string {
  if (controlsTransaction(action)) {
    return "Each statement is a transaction of its own; BEGIN, COMMIT, ROLLBACK and savepoints are not for this."
  }
  if (attachesFile(action)) return "Other databases cannot be attached."
  return followsSchema
}

const followsSchema = "Tables, indexes and triggers follow schema.yaml: edit it instead."
