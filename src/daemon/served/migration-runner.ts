import type { Clock } from "../../lib/clock.ts"
import type { ProjectPaths } from "../../project/paths.ts"
import type { MigrateResponse } from "../../protocol/migrations-api.ts"
import type { OnProgress } from "../../protocol/progress.ts"
import type { Schema } from "../../schema/schema.ts"
import type { SchemaHolder } from "../schema-holder.ts"
import type { MigrationStep } from "../storage/sqlite/migration-steps.ts"
import { runMigration } from "../storage/sqlite/run-migration.ts"
import { keptBackupCount, writeBackup } from "../storage/sqlite/write-backup.ts"
import type { ServedDatabase } from "./served-database.ts"

/** What MigrationRunner needs. */
export interface MigrationRunnerParts {
  readonly database: ServedDatabase
  readonly schemas: SchemaHolder
  readonly clock: Clock
  readonly paths: Pick<ProjectPaths, "backupsDir">
  /** Told how far a change of large tables is, for the log. */
  readonly onProgress: OnProgress
}

/** What is done in one transaction. */
export interface MigrationWork {
  readonly steps: readonly MigrationStep[]
  /** What the tables are brought to after the steps; null to stop after them. */
  readonly schema: Schema | null
  readonly isLossy: boolean
  readonly onProgress: OnProgress
}

/** Runs migrations on the served database, after a backup where something is lost, and serves the schema they lead to. */
export class MigrationRunner {
  readonly #parts: MigrationRunnerParts

  constructor(parts: MigrationRunnerParts) {
    this.#parts = parts
  }

  async run(work: MigrationWork): Promise<MigrateResponse> {
    const { clock, schemas, database } = this.#parts
    const begin = performance.now()
    const onProgress: OnProgress = (progress) => {
      this.#parts.onProgress(progress)
      work.onProgress(progress)
    }
    let backup: string | null = null
    const { changes } = await runMigration(database.engine, {
      ...work,
      clock,
      onProgress,
      onApplied: (schema) => schemas.swap(schema),
      beforeBegin: async () => {
        if (work.isLossy) backup = await this.#writeBackup(onProgress)
      },
    })
    const durationMs = Math.round(performance.now() - begin)
    return { files: work.steps.map(({ file }) => file), changes, backup, durationMs }
  }

  async #writeBackup(onProgress: OnProgress): Promise<string> {
    const { database, paths } = this.#parts
    onProgress({ message: "Writing a backup" })
    const target = { dir: paths.backupsDir, name: "before-migration", keepCount: keptBackupCount }
    return (await writeBackup(database.engine, target)).path
  }
}
