import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"

import { readMigrationFiles } from "../../project/migration-files.ts"
import { unreadableText } from "../../project/read-text.ts"
import type { ProjectPaths } from "../../project/paths.ts"
import type { SchemaRequest } from "../../protocol/migrations-api.ts"
import { parseMigration } from "../../schema/migrations/parse-migration.ts"
import type { SqliteDatabase } from "../storage/sqlite/sqlite-database.ts"
import { newFiles } from "./incoming-files.ts"
import type { IncomingFiles } from "./incoming-files.ts"
import { compareWith } from "./migration-state.ts"
import type { MigrationState } from "./migration-state.ts"
import { readSchemaText } from "./read-schema.ts"
import type { ReadSchema } from "./read-schema.ts"

/** The project as it would be with the files of a request. */
export interface RequestedFiles {
  readonly state: MigrationState
  readonly read: ReadSchema
  readonly files: IncomingFiles
}

/**
 * Reads the files of a request beside those of the project. The plan that comes of it holds for the schema.yaml that
 * it would replace: when somebody edits that one, the plan is another.
 */
export function readRequestedFiles(
  engine: SqliteDatabase,
  accountsCollection: string,
  { paths, request }: { readonly paths: ProjectPaths; readonly request: SchemaRequest },
): RequestedFiles {
  const { schema, migrations = [] } = request
  const read = readSchemaText(schema, accountsCollection)
  const added = newFiles(paths, migrations)
  const parsed = added.map(({ file, text }) => parseIncoming(`migrations/${file}`, text))
  const present = readMigrationFiles(paths)
  const state = compareWith(engine, {
    migrations: [...present.migrations, ...parsed.flatMap(({ migration }) => migration ?? [])],
    problems: [...present.problems, ...parsed.flatMap(({ problems }) => problems)],
    notices: present.notices,
  })
  const mark = `${state.mark} ${markOf(paths.schemaFile)}`
  return { state: { ...state, mark }, read, files: { schema, migrations: added } }
}

/** A text that could not be read again once it were written is refused before anything is. */
function parseIncoming(file: string, text: string): ReturnType<typeof parseMigration> {
  const problem = unreadableText(file, text)
  return problem === null ? parseMigration({ file, text }) : { migration: null, problems: [problem] }
}

function markOf(file: string): string {
  try {
    return createHash("sha256").update(readFileSync(file)).digest("hex")
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "none"
    throw error
  }
}
