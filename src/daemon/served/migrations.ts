import { alyxError } from "../../errors.ts"
import { projectPaths } from "../../project/paths.ts"
import type { ProjectPaths } from "../../project/paths.ts"
import type {
  MigrateResponse,
  MigrationPlan,
  MigrationsResponse,
  RollbackPlan,
  SchemaRequest,
} from "../../protocol/migrations-api.ts"
import type { OnProgress } from "../../protocol/progress.ts"
import { readHistory } from "../storage/migration-history.ts"
import { applySchema } from "../storage/sqlite/apply-schema.ts"
import { runMigration } from "../storage/sqlite/run-migration.ts"
import type { SqliteDatabase } from "../storage/sqlite/sqlite-database.ts"
import { moveStagedFiles, settleStagedFiles, stageFiles } from "./incoming-files.ts"
import { MigrationRunner } from "./migration-runner.ts"
import type { MigrationService } from "./migration-service.ts"
import { isMadeAtOnce, pendingMigrations, planPending, readMigrationState, unsafePlan } from "./migration-state.ts"
import type { MigrationState, RunnablePlan } from "./migration-state.ts"
import { planRollback, requireReversible } from "./plan-rollback.ts"
import { readSchema } from "./read-schema.ts"
import type { ReadSchema } from "./read-schema.ts"
import type { ReloadReport } from "./reload-report.ts"
import type { Reload, ReloadTurns } from "./reload.ts"
import { readRequestedFiles } from "./requested-files.ts"
import { SchemaFollower } from "./schema-follower.ts"
import type { SchemaFollowerParts } from "./schema-follower.ts"

/** What Migrations needs. */
export interface MigrationsParts extends Omit<SchemaFollowerParts, "paths" | "runner"> {
  readonly turns: ReloadTurns
  readonly report: (report: ReloadReport) => void
}

/** Migrations of the served project: what the control API asks for, and what follows the saved files. */
export class Migrations implements MigrationService {
  readonly #parts: MigrationsParts
  readonly #paths: ProjectPaths
  readonly #runner: MigrationRunner
  readonly #follower: SchemaFollower

  constructor(parts: MigrationsParts) {
    const paths = projectPaths(parts.root)
    const runner = new MigrationRunner({ ...parts, paths })
    this.#parts = parts
    this.#paths = paths
    this.#runner = runner
    this.#follower = new SchemaFollower({ ...parts, paths, runner })
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
    const { schema } = readSchema(this.#parts.root, this.#parts.accountsCollection())
    return (await planPending(this.#engine, this.#state(), schema)).plan
  }

  apply({ hash, onProgress }: { readonly hash?: string; readonly onProgress: OnProgress }): Promise<MigrateResponse> {
    return this.#told(async () => {
      const read = readSchema(this.#parts.root, this.#parts.accountsCollection())
      const runnable = await planPending(this.#engine, this.#state(), read.schema)
      requirePlan(runnable.plan, hash)
      return this.#run(runnable, read, onProgress)
    })
  }

  async planFor(request: SchemaRequest): Promise<MigrationPlan> {
    const { state, read } = readRequestedFiles(this.#engine, this.#parts.accountsCollection(), {
      paths: this.#paths,
      request,
    })
    return (await planPending(this.#engine, state, read.schema)).plan
  }

  applyFor(request: SchemaRequest, { onProgress }: { readonly onProgress: OnProgress }): Promise<MigrateResponse> {
    return this.#told(async () => {
      const { state, read, files } = readRequestedFiles(this.#engine, this.#parts.accountsCollection(), {
        paths: this.#paths,
        request,
      })
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
    hash,
    onProgress,
  }: {
    readonly count: number
    readonly hash?: string
    readonly onProgress: OnProgress
  }): Promise<MigrateResponse> {
    return this.#told(async () => {
      const { plan, steps } = await planRollback(this.#engine, count)
      requireSame(plan, hash)
      requireReversible(plan)
      const isLossy = plan.changes.some(({ safety }) => safety === "lossy")
      const response = await this.#runner.run({ steps, schema: null, isLossy, onProgress })
      await this.#follower.lookAgain()
      return response
    })
  }

  /** Follows schema.yaml and migrations/: brings the database to them and serves them, or says what waits. */
  get reload(): Reload {
    return this.#follower.reload
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

  async #run({ plan, steps }: RunnablePlan, read: ReadSchema, onProgress: OnProgress): Promise<MigrateResponse> {
    const response = await this.#runner.run({ steps, schema: read.schema, isLossy: plan.isLossy, onProgress })
    await this.#follower.setGood(read, this.#state())
    return response
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
  requireSame(plan, hash)
  if (plan.problems.length > 0) throw unsafePlan(plan)
}

function requireSame(plan: Pick<MigrationPlan, "hash">, hash: string | undefined): void {
  if (hash === undefined || hash === plan.hash) return
  throw alyxError("PLAN_CHANGED", { next: "Look at the new plan, and ask for that one." })
}
