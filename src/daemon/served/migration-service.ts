import type {
  MigrateResponse,
  MigrationPlan,
  MigrationsResponse,
  RollbackPlan,
  SchemaRequest,
} from "../../protocol/migrations-api.ts"
import type { OnProgress } from "../../protocol/progress.ts"

/** What the control API asks about migrations. Every method reads the project's files anew. */
export interface MigrationService {
  status(): Promise<MigrationsResponse>
  plan(): Promise<MigrationPlan>
  /** Throws UNSAFE_CHANGES when the plan has problems, PLAN_CHANGED when it is not the one that `hash` names. */
  apply(options: { readonly hash?: string; readonly onProgress: OnProgress }): Promise<MigrateResponse>
  rollbackPlan(options: { readonly count: number }): Promise<RollbackPlan>
  /** Throws MIGRATION_NOT_REVERSIBLE when the plan has problems, PLAN_CHANGED as apply does. */
  rollback(options: {
    readonly count: number
    readonly hash?: string
    readonly onProgress: OnProgress
  }): Promise<MigrateResponse>
  /** The same for files that come with the request; they are written into the project when they were applied. */
  planFor(request: SchemaRequest): Promise<MigrationPlan>
  applyFor(request: SchemaRequest, options: { readonly onProgress: OnProgress }): Promise<MigrateResponse>
}
