import { alyxError, isAlyxError } from "../../errors.ts"
import type { ProjectPaths } from "../../project/paths.ts"
import type { DaemonMode } from "../../protocol/admin-api.ts"
import { toWireError } from "../../protocol/wire-error.ts"
import type { SchemaHolder } from "../schema-holder.ts"
import { applySchema } from "../storage/sqlite/apply-schema.ts"
import type { SqliteDatabase } from "../storage/sqlite/sqlite-database.ts"
import type { Findings } from "./findings.ts"
import type { LastGoodSchema } from "./last-good-schema.ts"
import type { MigrationRunner, MigrationRunnerParts } from "./migration-runner.ts"
import {
  isMadeAtOnce,
  pendingError,
  planPending,
  readMigrationState,
  runnableFiles,
  unsafePlan,
} from "./migration-state.ts"
import type { MigrationState } from "./migration-state.ts"
import { readSchema } from "./read-schema.ts"
import type { ReadSchema } from "./read-schema.ts"
import type { Reload } from "./reload.ts"

/** What SchemaFollower needs. */
export interface SchemaFollowerParts extends MigrationRunnerParts {
  readonly root: string
  /** The collection that is to hold the documents of accounts. */
  readonly accountsCollection: () => string
  readonly mode: DaemonMode
  readonly schemas: SchemaHolder
  readonly findings: Findings
  readonly lastGood: LastGoodSchema
  readonly runner: MigrationRunner
  readonly paths: ProjectPaths
  /** Whether files are applied as soon as they are seen, without being asked for. */
  readonly isAutomatic: boolean
}

/** Follows schema.yaml and migrations/ as they are saved, and keeps what is said of them. */
export class SchemaFollower {
  readonly #parts: SchemaFollowerParts

  constructor(parts: SchemaFollowerParts) {
    this.#parts = parts
  }

  /** Brings the database to the files and serves them, or says what waits. */
  readonly reload: Reload = async (isCurrent) => {
    const { findings, root, accountsCollection } = this.#parts
    try {
      const read = readSchema(root, accountsCollection())
      const state = this.#state()
      const changes = isCurrent() ? await this.#follow(read, state, isCurrent) : null
      if (changes === null) return { changes: [] }
      await this.setGood(read, state)
      return { changes }
    } catch (error) {
      if (!isAlyxError(error, "UNSAFE_CHANGES") && !isAlyxError(error, "MIGRATIONS_PENDING")) findings.plan = null
      findings.setBad("schema", toWireError(error))
      throw error
    }
  }

  /** Notes that what is written is what is served. */
  async setGood({ text, notices }: ReadSchema, state: MigrationState): Promise<void> {
    const { findings, mode, lastGood } = this.#parts
    findings.plan = null
    findings.setGood("schema", [...notices, ...state.notices])
    if (mode === "dev") await lastGood.write(text)
  }

  /** After a rollback the files wait again, and the written schema is not what is served. */
  async lookAgain(): Promise<void> {
    const { findings, root, mode, accountsCollection } = this.#parts
    if (mode !== "dev") return
    try {
      const { schema } = readSchema(root, accountsCollection())
      const { plan } = await planPending(this.#engine, this.#state(), schema)
      findings.plan = plan
      findings.setBad("schema", toWireError(pendingError(plan, adviceFor(mode))))
    } catch (error) {
      if (!isAlyxError(error)) throw error
      findings.setBad("schema", toWireError(error))
    }
  }

  get #engine(): SqliteDatabase {
    return this.#parts.database.engine
  }

  #state(): MigrationState {
    return readMigrationState(this.#engine, this.#parts.paths)
  }

  /**
   * Does without being asked what loses nothing; files only where the person said so. Null when newer files were saved
   * meanwhile: these ones are not to be applied any more.
   */
  async #follow(read: ReadSchema, state: MigrationState, isCurrent: () => boolean): Promise<readonly string[] | null> {
    const { findings, isAutomatic, mode, runner } = this.#parts
    if (state.problems.length > 0) throw invalidFiles(state)
    if (runnableFiles(state).length === 0) return this.#followSchema(read, state)
    const runnable = await planPending(this.#engine, state, read.schema)
    if (!isCurrent()) return null
    findings.plan = runnable.plan
    if (!isAutomatic && !isMadeAtOnce(state, read.schema)) throw pendingError(runnable.plan, adviceFor(mode))
    if (runnable.plan.problems.length > 0) throw unsafePlan(runnable.plan)
    const { isLossy } = runnable.plan
    const work = { steps: runnable.steps, schema: read.schema, isLossy, onProgress: () => undefined }
    return (await runner.run(work)).changes
  }

  async #followSchema(read: ReadSchema, state: MigrationState): Promise<readonly string[]> {
    const { clock, onProgress, schemas, findings } = this.#parts
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
