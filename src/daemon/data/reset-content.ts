import { alyxError, isAlyxError } from "../../errors.ts"
import { readMigrationFiles } from "../../project/migration-files.ts"
import { projectPaths } from "../../project/paths.ts"
import { compareHistory } from "../../schema/migrations/history.ts"
import { schemaToJson } from "../../schema/schema-json.ts"
import type { SchemaJson } from "../../schema/schema-json.ts"
import { runnableFiles } from "../served/migration-state.ts"
import { readSchema } from "../served/read-schema.ts"
import type { ReadSchema } from "../served/read-schema.ts"
import { sqlQuery } from "../storage/database.ts"
import type { Database, Row } from "../storage/database.ts"
import type { RecordStep } from "../storage/sqlite/migration-steps.ts"
import { appliedSchema } from "../storage/sqlite/plan-schema.ts"

/** What a database holds after a reset. */
export interface ResetContent {
  readonly schema: SchemaJson
  /** Files of migrations/ that are noted: the tables are made as they leave them. */
  readonly steps: readonly RecordStep[]
  /** What the history begins with, a row each. */
  readonly history: readonly Row[]
}

/** The same, with what should be known of it. */
export interface PlannedReset {
  readonly content: ResetContent
  readonly notices: readonly string[]
}

/**
 * Says what a reset leads to: to the written schema, as in a new database, or, when that is broken, to the schema that
 * was applied last, with the history that led to it. Throws when the files of migrations/ cannot be noted.
 */
export function planReset(root: string, database: Pick<Database, "read">): PlannedReset {
  const { read, notices } = readIfGood(root)
  if (read === null) return { content: database.read(appliedContent), notices }
  const files = readMigrationFiles(projectPaths(root))
  const compared = compareHistory(files.migrations, [])
  const problems = [...files.problems, ...compared.problems]
  if (problems.length > 0) {
    const count = problems.length === 1 ? "a problem" : `${problems.length} problems`
    const message = `The files of migrations/ have ${count}; nothing was changed.`
    throw alyxError("MIGRATION_INVALID", { message, problems })
  }
  const steps = runnableFiles({ compared }).map(
    ({ file, number, name, checksum, operations }) =>
      ({ kind: "record", file, number, name, checksum, operations }) as const,
  )
  return { content: { schema: schemaToJson(read.schema), steps, history: [] }, notices }
}

function readIfGood(root: string): { readonly read: ReadSchema | null; readonly notices: readonly string[] } {
  try {
    return { read: readSchema(root), notices: [] }
  } catch (error) {
    if (!isAlyxError(error)) throw error
    return { read: null, notices: [`${error.message} The collections are as they were applied last.`] }
  }
}

function appliedContent(reader: Parameters<typeof appliedSchema>[0]): ResetContent {
  const history = reader.all(sqlQuery("SELECT * FROM _alyx_migrations ORDER BY id"))
  return { schema: schemaToJson(appliedSchema(reader)), steps: [], history }
}
