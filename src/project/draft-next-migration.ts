import { alyxError } from "../errors.ts"
import { diffSchemas } from "../schema/diff.ts"
import type { MigrationDraft } from "../schema/migrations/draft-migration.ts"
import { draftMigration } from "../schema/migrations/draft-migration.ts"
import type { DraftAnswer } from "../schema/migrations/draft-text.ts"
import type { Schema } from "../schema/schema.ts"
import type { SchemaChange } from "../schema/schema-change.ts"
import { loadProjectSchema } from "./load-schema.ts"
import { readMigrationFiles, requireMigrationName, writeMigrationFile } from "./migration-files.ts"
import type { ProjectPaths } from "./paths.ts"
import { schemaAfter } from "./schema-after.ts"

/** What the database says of a project. */
export interface DatabaseState {
  /** The applied schema. */
  readonly schema: Schema
  /** The files that were not applied yet: "migrations/002_rename_title.yaml". */
  readonly pending: readonly string[]
  /** The highest number that was applied; 0 when none was. */
  readonly appliedNumberMax: number
  /** The messages of the changes to schema.yaml that cannot be made without a file; null when that is not known. */
  readonly refused: readonly string[] | null
}

/** What the next migration file is drafted from. */
export interface DraftBase {
  /** The schema that the pending files lead to. */
  readonly applied: Schema
  readonly written: Schema
  /** Those that cannot be made without a file; left out when that is not known. */
  readonly changes?: readonly SchemaChange[]
}

/** Reads the project's files; throws what is wrong with them, since the next file builds on them. */
export function readDraftBase(paths: ProjectPaths, state: DatabaseState): DraftBase {
  const { schema: written, problems } = loadProjectSchema(paths.root)
  if (written === null) throw alyxError("SCHEMA_INVALID", { problems })
  const files = readMigrationFiles(paths)
  if (files.problems.length > 0) throw alyxError("MIGRATION_INVALID", { problems: files.problems })
  const pending = new Set(state.pending)
  const applied = schemaAfter(
    state.schema,
    files.migrations.filter(({ file }) => pending.has(file)),
  )
  if (state.refused === null) return { applied, written }
  const refused = new Set(state.refused)
  return { applied, written, changes: diffSchemas(applied, written).filter(({ message }) => refused.has(message)) }
}

/** What a draft would leave open, with the answers that are known. */
export function draftNextMigration(
  base: DraftBase,
  { name, answers }: { readonly name: string; readonly answers: Readonly<Record<string, DraftAnswer>> },
): MigrationDraft {
  return draftMigration({ ...base, name: requireMigrationName(name), number: 1, answers })
}

/** A draft that was written. */
export interface WrittenDraft extends Omit<MigrationDraft, "text"> {
  /** Relative to the project. */
  readonly file: string
}

/** Writes the next migration file, filled in, under the next free number. */
export async function writeNextMigration(
  paths: ProjectPaths,
  base: DraftBase,
  request: {
    readonly name: string
    readonly answers: Readonly<Record<string, DraftAnswer>>
    readonly appliedNumberMax: number
  },
): Promise<WrittenDraft> {
  const { name, answers, appliedNumberMax } = request
  const { questions, impossible } = draftNextMigration(base, { name, answers })
  const file = await writeMigrationFile(paths, {
    name,
    appliedNumberMax,
    text: (number, normalName) => draftMigration({ ...base, name: normalName, number, answers }).text,
  })
  return { file, questions, impossible }
}
