import { DatabaseBuilder } from "./database-builder.ts"
import type { BuiltDatabase, EmptyJob } from "./data-job.ts"
import { allSystemMigrations } from "../storage/system-migrations/all-system-migrations.ts"

/** Makes a database file with the tables of a schema and no documents. */
export function buildEmptyDatabase({ target, schema, at }: EmptyJob): BuiltDatabase {
  const head = { format_version: allSystemMigrations.length, schema, migrations: [], sequences: {} }
  return new DatabaseBuilder(target, { head, nowIso: at }).finish(() => undefined)
}
