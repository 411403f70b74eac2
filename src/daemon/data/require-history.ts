import { isAlyxError } from "../../errors.ts"
import type { Reader } from "../storage/database.ts"
import { readAppliedFiles, readHistory } from "../storage/migration-history.ts"
import { damaged } from "./damaged.ts"

/** What undoes the migrations of a file must be operations: a rollback would run them. */
export function requireHistory(reader: Reader): void {
  try {
    readHistory(reader)
    readAppliedFiles(reader)
  } catch (error) {
    if (!isAlyxError(error, "DATABASE_CORRUPT")) throw error
    throw damaged("the history of its schema cannot be read", error)
  }
}
