import { isAlyxError } from "../../errors.ts"
import { projectPaths } from "../../project/paths.ts"
import type { DaemonMode } from "../../protocol/admin-api.ts"
import { toWireError } from "../../protocol/wire-error.ts"
import { makeSchema } from "../../schema/make-schema.ts"
import type { Schema } from "../../schema/schema.ts"
import type { SchemaHolder } from "../schema-holder.ts"
import { readAppliedSchema } from "../storage/sqlite/apply-schema.ts"
import { settleStagedFiles } from "./incoming-files.ts"
import type { Migrations } from "./migrations.ts"
import type { ReloadReport } from "./reload-report.ts"
import type { ServedDatabase } from "./served-database.ts"

export interface FirstSchemaParts {
  readonly root: string
  readonly mode: DaemonMode
  readonly database: ServedDatabase
  readonly schemas: SchemaHolder
  readonly migrations: Migrations
  readonly report: (report: ReloadReport) => void
}

/**
 * Brings the database to schema.yaml for the first time. Under `alyx start` what cannot be applied, and migration files
 * that nobody asked to apply, stop the start; in dev the schema that the database was last brought to is served, and
 * the problem is shown until the files are mended. A command's own daemon leaves the database as it is.
 */
export async function firstSchema(parts: FirstSchemaParts): Promise<void> {
  const { root, mode, database, schemas, migrations, report } = parts
  await settleStagedFiles(projectPaths(root), database.engine)
  if (mode === "tool") return schemas.swap(readableSchema(database))
  const begin = performance.now()
  try {
    const { changes } = await migrations.reload(() => true)
    const outcome = changes.length > 0 ? "applied" : "unchanged"
    report({ cause: "start", outcome, durationMs: performance.now() - begin, changes })
  } catch (error) {
    if (mode === "start" || !isAlyxError(error)) throw error
    const durationMs = performance.now() - begin
    report({ cause: "start", outcome: "refused", durationMs, changes: [], error: toWireError(error) })
    schemas.swap(readableSchema(database))
  }
}

/** Where it cannot be read nothing is served, so that a backup can still be restored; whoever needs it is told. */
function readableSchema({ engine }: ServedDatabase): Schema {
  try {
    return readAppliedSchema(engine)
  } catch (error) {
    if (isAlyxError(error, "DATABASE_CORRUPT")) return makeSchema([])
    throw error
  }
}
