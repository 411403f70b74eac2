import type { Problem } from "../../../errors.ts"
import type { SourceLocation } from "../../../lib/source-location.ts"
import { quoteName } from "../../../lib/sql-name.ts"
import type { Collection, Field, Schema } from "../../../schema/schema.ts"
import { sqlQuery } from "../database.ts"
import type { SqlValue } from "../database.ts"
import { fitsExpression } from "./migration-functions.ts"
import { inTheWay, migrationProblem, namedDocumentsMax } from "./migration-refusal.ts"
import type { SqliteConnection } from "./sqlite-connection.ts"

/** The place in the change log behind which later changes stand. */
export function endOfChanges(connection: SqliteConnection): number {
  return connection.get<{ seq: number }>(sqlQuery("SELECT coalesce(max(seq), 0) AS seq FROM _alyx_changes"))!.seq
}

/**
 * Says which documents have values since a place in the change log that their fields may not hold. Only what was changed
 * is looked at: SQL of a file is not to blame for what another program left before.
 */
export function unfitValues(
  connection: SqliteConnection,
  { schema, since, at }: { readonly schema: Schema; readonly since: number; readonly at: SourceLocation | null },
): readonly Problem[] {
  const changed = connection.all<{ collection: string }>(
    sqlQuery("SELECT DISTINCT collection FROM _alyx_changes WHERE seq > ?", [since]),
  )
  return changed.flatMap(({ collection: name }) => {
    const collection = schema.collections.get(name)
    if (collection === undefined) return []
    return [...collection.fields.values()].flatMap((field) => {
      const ids = unfitIds(connection, { collection, field, since })
      if (ids.length === 0) return []
      const message = `The SQL leaves values in ${name}.${field.name} that it (${field.type}) may not hold. ${inTheWay(ids)}`
      const next = "Write values that the API would take, and in the form in which it stores them."
      return migrationProblem("UNFIT_VALUES", { message, next, at })
    })
  })
}

function unfitIds(
  connection: SqliteConnection,
  { collection, field, since }: { readonly collection: Collection; readonly field: Field; readonly since: number },
): readonly SqlValue[] {
  const id = quoteName(collection.primaryKey.name)
  // An insert names no fields. Names need no escaping in the list.
  const changed =
    "SELECT doc_id FROM _alyx_changes WHERE seq > ? AND collection = ? AND (changed_fields IS NULL OR instr(changed_fields, ?) > 0)"
  const unfit = `NOT ${fitsExpression(field, quoteName(field.name))}`
  const sql = `SELECT ${id} AS id FROM ${quoteName(collection.name)} WHERE ${id} IN (${changed}) AND ${unfit} ORDER BY ${id} LIMIT ${namedDocumentsMax}`
  const values = [since, collection.name, JSON.stringify(field.name)]
  return connection.all(sqlQuery<{ id: SqlValue }>(sql, values)).map((row) => row.id)
}
