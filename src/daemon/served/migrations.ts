import { alyxError, isAlyxError } from "../../errors.ts"
import type { Clock } from "../../lib/clock.ts"
import { readMigrationFiles } from "../../project/migration-files.ts"
import { projectPaths } from "../../project/paths.ts"
import type { ProjectPaths } from "../../project/paths.ts"
import type { DaemonMode } from "../../protocol/admin-api.ts"
import type {
  MigrateResponse,
  MigrationPlan,
  MigrationsResponse,
  RollbackPlan,
  SchemaRequest,
} from "../../protocol/migrations-api.ts"
import type { OnProgress } from "../../protocol/progress.ts"
import { toWireError } from "../../protocol/wire-error.ts"
import { parseMigration } from "../../schema/migrations/parse-migration.ts"
import type { Schema } from "../../schema/schema.ts"
import type { SchemaHolder } from "../schema-holder.ts"
import { readHistory } from "../storage/migration-history.ts"
import { applySchema } from "../storage/sqlite/apply-schema.ts"
import type { MigrationStep } from "../storage/sqlite/migration-steps.ts"
import { runMigration } from "../storage/sqlite/run-migration.ts"
import type { SqliteDatabase } from "../storage/sqlite/sqlite-database.ts"
import { keptBackupCount, writeBackup } from "../storage/sqlite/write-backup.ts"
import type { Findings } from "./findings.ts"
import { moveStagedFiles, newFiles, settleStagedFiles, stageFiles } from "./incoming-files.ts"
import type { MigrationService } from "./migration-service.ts"
import {
  compareWith,
  isMadeAtOnce,
  pendingError,
  pendingMigrations,
  runnableFiles,
  planPending,
  readMigrationState,
  unsafePlan,
} from "./migration-state.ts"
import type { MigrationState, RunnablePlan } from "./migration-state.ts"
import { planRollback, requireReversible } from "./plan-rollback.ts"
import { readSchema, readSchemaText } from "./read-schema.ts"
import type { ReadSchema } from "./read-schema.ts"
import type { ReloadReport } from "./reload-report.ts"
import type { Reload, ReloadTurns } from "./reload.ts"
import type { ServedDatabase } from "./served-database.ts"
import type { LastGoodSchema } from "./last-good-schema.ts"

export interface MigrationsParts {
  readonly root: string
  readonly mode: DaemonMode
  readonly database: ServedDatabase
  readonly schemas: SchemaHolder
  readonly findings: Findings
  readonly clock: Clock
  readonly turns: ReloadTurns
  readonly report: (report: ReloadReport) => void
  readonly lastGood: LastGoodSchema
  /** Whether files are applied as soon as they are seen, without being asked for. */
  readonly isAutomatic: boolean
  /** Told how far a change of large tables is, for the log. */
  readonly onProgress: OnProgress
}

/** Migrations of the served project: what the control API asks for, and what follows the saved files. */
export class Migrations implements MigrationService {
  readonly #parts: MigrationsParts
  readonly #paths: ProjectPaths

  constructor(parts: MigrationsParts) {
    this.#parts = parts
    this.#paths = projectPaths(parts.root)
  }

  // eslint-disable-next-line typescript/require-await -- the service speaks in promises
  async status(): Promise<MigrationsResponse> {
    const state = this.#state()
    return {
      applied: this.#engine.read(readHistory),
      pending: pendingMigrations(state),
      problems: state.problems,
      notices: state.notices,
    }
  }

  async plan(): Promise<MigrationPlan> {
    const { schema } = readSchema(this.#parts.root)
    return (await planPending(this.#engine, this.#state(), schema)).plan
  }

  apply({ hash, onProgress }: { readonly hash?: string; readonly onProgress: OnProgress }): Promise<MigrateResponse> {
    return this.#told(async () => {
      const read = readSchema(this.#parts.root)
      const runnable = await planPending(this.#engine, this.#state(), read.schema)
      requirePlan(runnable.plan, hash)
      return this.#run(runnable, read, onProgress)
    })
  }

  async planFor(request: SchemaRequest): Promise<MigrationPlan> {
    const { state, read } = this.#requested(request)
    return (await planPending(this.#engine, state, read.schema)).plan
  }

  applyFor(request: SchemaRequest, { onProgress }: { readonly onProgress: OnProgress }): Promise<MigrateResponse> {
    return this.#told(async () => {
      const { state, read, files } = this.#requested(request)
      const runnable = await planPending(this.#engine, state, read.schema)
      requirePlan(runnable.plan, request.apply)
      await stageFiles(this.#paths, this.#engine, { files, schemaHash: read.schema.hash })
      try {
        const response = await this.#run(runnable, read, onProgress)
        await moveStagedFiles(this.#paths)
        return response
      } catch (error) {
        await settleStagedFiles(this.#paths, this.#engine)
        throw error
      }
    })
  }

  async rollbackPlan({ count }: { readonly count: number }): Promise<RollbackPlan> {
    return (await planRollback(this.#engine, count)).plan
  }

  rollback({
    count,
    onProgress,
  }: {
    readonly count: number
    readonly onProgress: OnProgress
  }): Promise<MigrateResponse> {
    return this.#told(async () => {
      const { plan, steps } = await planRollback(this.#engine, count)
      requireReversible(plan)
      const isLossy = plan.changes.some(({ safety }) => safety === "lossy")
      const response = await this.#migrate({ steps, schema: null, isLossy, onProgress })
      await this.#lookAgain()
      return response
    })
  }

  /** Follows schema.yaml and migrations/: brings the database to them and serves them, or says what waits. */
  readonly reload: Reload = async (isCurrent) => {
    const { findings, root } = this.#parts
    try {
      const read = readSchema(root)
      const state = this.#state()
      if (!isCurrent()) return { changes: [] }
      const changes = await this.#follow(read, state)
      await this.#setGood(read, state)
      return { changes }
    } catch (error) {
      if (!isAlyxError(error, "UNSAFE_CHANGES") && !isAlyxError(error, "MIGRATIONS_PENDING")) findings.plan = null
      findings.setBad("schema", toWireError(error))
      throw error
    }
  }

  /** Brings another database to the served schema, before it takes the place of the present one. */
  async prepare(engine: SqliteDatabase): Promise<void> {
    const { clock, onProgress, schemas } = this.#parts
    const schema = schemas.current
    const state = readMigrationState(engine, this.#paths)
    const { steps } = isMadeAtOnce(state, schema) ? await planPending(engine, state, schema) : { steps: [] }
    if (steps.length === 0) await applySchema(engine, schema, { clock, onProgress })
    else await runMigration(engine, { steps, schema, clock, onProgress, onApplied: () => undefined })
  }

  get #engine(): SqliteDatabase {
    return this.#parts.database.engine
  }

  #state(): MigrationState {
    return readMigrationState(this.#engine, this.#paths)
  }

  /** Does without being asked what loses nothing; files only where the person said so. */
  async #follow(read: ReadSchema, state: MigrationState): Promise<readonly string[]> {
    const { clock, onProgress, schemas, findings, isAutomatic, mode } = this.#parts
    if (state.problems.length > 0) throw invalidFiles(state)
    if (runnableFiles(state).length === 0) {
      try {
        const onApplied = (): void => schemas.swap(read.schema)
        return (await applySchema(this.#engine, read.schema, { clock, onApplied, onProgress })).changes
      } catch (error) {
        if (isAlyxError(error, "UNSAFE_CHANGES")) {
          findings.plan = (await planPending(this.#engine, state, read.schema)).plan
        }
        throw error
      }
    }
    const runnable = await planPending(this.#engine, state, read.schema)
    findings.plan = runnable.plan
    if (!isAutomatic && !isMadeAtOnce(state, read.schema)) throw pendingError(runnable.plan, adviceFor(mode))
    if (runnable.plan.problems.length > 0) throw unsafePlan(runnable.plan)
    const { isLossy } = runnable.plan
    return (await this.#migrate({ steps: runnable.steps, schema: read.schema, isLossy, onProgress: () => undefined }))
      .changes
  }

  async #run({ plan, steps }: RunnablePlan, read: ReadSchema, onProgress: OnProgress): Promise<MigrateResponse> {
    const response = await this.#migrate({ steps, schema: read.schema, isLossy: plan.isLossy, onProgress })
    await this.#setGood(read, this.#state())
    return response
  }

  async #migrate(work: {
    readonly steps: readonly MigrationStep[]
    readonly schema: Schema | null
    readonly isLossy: boolean
    readonly onProgress: OnProgress
  }): Promise<MigrateResponse> {
    const { clock, schemas } = this.#parts
    const begin = performance.now()
    const onProgress: OnProgress = (progress) => {
      this.#parts.onProgress(progress)
      work.onProgress(progress)
    }
    let backup: string | null = null
    const { changes } = await runMigration(this.#engine, {
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
    onProgress({ message: "Writing a backup" })
    const target = { dir: this.#paths.backupsDir, name: "before-migration", keepCount: keptBackupCount }
    return (await writeBackup(this.#engine, target)).path
  }

  async #setGood({ text, notices }: ReadSchema, state: MigrationState): Promise<void> {
    const { findings, mode, lastGood } = this.#parts
    findings.plan = null
    findings.setGood("schema", [...notices, ...state.notices])
    if (mode === "dev") await lastGood.write(text)
  }

  /** After a rollback the files wait again, and the written schema is not what is served. */
  async #lookAgain(): Promise<void> {
    const { findings, root, mode } = this.#parts
    if (mode !== "dev") return
    try {
      const { plan } = await planPending(this.#engine, this.#state(), readSchema(root).schema)
      findings.plan = plan
      findings.setBad("schema", toWireError(pendingError(plan, adviceFor(mode))))
    } catch (error) {
      if (!isAlyxError(error)) throw error
      findings.setBad("schema", toWireError(error))
    }
  }

  /** The state as it would be with the files of a request. */
  #requested({ schema, migrations = [] }: SchemaRequest): {
    readonly state: MigrationState
    readonly read: ReadSchema
    readonly files: Parameters<typeof stageFiles>[2]["files"]
  } {
    const read = readSchemaText(schema)
    const added = newFiles(this.#paths, migrations)
    const parsed = added.map(({ file, text }) => parseMigration({ file: `migrations/${file}`, text }))
    const present = readMigrationFiles(this.#paths)
    const state = compareWith(this.#engine, {
      migrations: [...present.migrations, ...parsed.flatMap(({ migration }) => migration ?? [])],
      problems: [...present.problems, ...parsed.flatMap(({ problems }) => problems)],
      notices: present.notices,
    })
    return { state, read, files: { schema, migrations: added } }
  }

  /** In its turn, and told like a reload. A refusal is the asker's to show. */
  #told(work: () => Promise<MigrateResponse>): Promise<MigrateResponse> {
    const { turns, report } = this.#parts
    return turns.run(async () => {
      const response = await work()
      const { changes, durationMs } = response
      report({ cause: "migrations", outcome: changes.length > 0 ? "applied" : "unchanged", durationMs, changes })
      return response
    })
  }
}

function requirePlan(plan: MigrationPlan, hash: string | undefined): void {
  if (hash !== undefined && hash !== plan.hash) {
    const next = "Look at the new plan, and apply that one."
    throw alyxError("PLAN_CHANGED", { next })
  }
  if (plan.problems.length > 0) throw unsafePlan(plan)
}

function invalidFiles({ problems }: MigrationState): Error {
  const count = problems.length === 1 ? "a problem" : `${problems.length} problems`
  return alyxError("MIGRATION_INVALID", { message: `The files of migrations/ have ${count}.`, problems })
}

function adviceFor(mode: DaemonMode): string {
  return mode === "start"
    ? "Look at them with `alyx migrate plan`, then start with `alyx start --migrate`, or run `alyx migrate apply` before."
    : "Look at them with `alyx migrate plan` and apply them with `alyx migrate apply`; `alyx dev --auto-migrate` applies files as soon as they are saved."
}
