import { alyxError } from "../../errors.ts"
import type { Schema } from "../../schema/schema.ts"
import type { Transaction } from "../storage/database.ts"
import type { RecordParts, RecordRequest } from "./records.ts"
import { settleAccounts } from "./settle-accounts.ts"

/** How often a write that waited is judged by another schema; each time a migration came in between. */
const attemptCountMax = 5

/** What a write says that found another schema when its turn came. */
const overtaken = Symbol("overtaken")

/**
 * Judges a request by a schema, and writes when its turn comes, if that schema still holds then: a write that waited
 * while tables were changed would go astray. It is judged anew by the schema that came.
 */
export async function writeOnSchema<Result>(
  parts: RecordParts,
  request: Pick<RecordRequest, "schema" | "caller"> & { readonly collection?: string },
  prepare: (schema: Schema) => (transaction: Transaction) => Result,
): Promise<Result> {
  const { caller, collection = null } = request
  let { schema } = request
  for (let attempt = 0; attempt < attemptCountMax; attempt += 1) {
    const judged = schema
    const work = prepare(judged)
    const settled = await parts.database.write(
      (transaction) =>
        parts.schemas.current === judged
          ? settleAccounts(parts, { transaction, schema: judged, collection, isOwner: caller.owner }, work)
          : overtaken,
      { requestId: caller.requestId },
    )
    if (settled !== overtaken) {
      if (settled.hasChanged) parts.accountsChanged()
      return settled.result
    }
    schema = parts.schemas.current
  }
  throw alyxError("DATABASE_BUSY", { message: "The schema changes faster than the write.", retryAfterSeconds: 1 })
}
