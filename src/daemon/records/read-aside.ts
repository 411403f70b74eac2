import { alyxError } from "../../errors.ts"
import type { Query, Row } from "../storage/database.ts"
import type { RecordParts } from "./records.ts"

/**
 * Reads in a process beside the daemon. Statements are made for the tables of the present schema; when these were
 * changed before the process got to them, the caller has to ask again.
 */
export async function readAside(
  { database, schemas }: Pick<RecordParts, "database" | "schemas">,
  queries: readonly Query<unknown>[],
): Promise<readonly (readonly Row[])[]> {
  const schema = schemas.current
  try {
    return await database.readSlow(queries)
  } catch (error) {
    if (schemas.current === schema) throw error
    throw alyxError("DATABASE_BUSY", {
      message: "The schema was changed while this was read.",
      next: "Ask again.",
      retryAfterSeconds: 1,
      cause: error,
    })
  }
}
