import { schemaFromJson } from "../../schema/schema-from-json.ts"
import { migrateTables } from "../storage/sqlite/migrate-tables.ts"
import { openBuildConnection } from "../storage/sqlite/open-connection.ts"
import { allSystemMigrations } from "../storage/system-migrations/all-system-migrations.ts"
import type { BuiltDatabase, EmptyJob } from "./data-job.ts"
import { finishBuilt } from "./finish-built.ts"
import { makeSystemTables } from "./make-system-tables.ts"

/** Makes a database file with the tables of a schema and no documents. */
export function buildEmptyDatabase({ target, content, at }: EmptyJob): BuiltDatabase {
  const { schema, steps, history } = content
  const connection = openBuildConnection(target)
  try {
    makeSystemTables(connection, { format_version: allSystemMigrations.length, migrations: history })
    connection.control("BEGIN")
    const options = { steps, schema: schemaFromJson(schema), now: new Date(at), onProgress: () => undefined }
    migrateTables(connection, options)
    connection.control("COMMIT")
    return finishBuilt(connection, () => undefined)
  } finally {
    connection.close()
  }
}
