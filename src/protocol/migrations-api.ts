import type { WireError } from "./admin-api.ts"

type WireProblem = NonNullable<WireError["problems"]>[number]

/** GET /api/admin/migrations: the history of the schema, and what waits in migrations/. */
export interface MigrationsResponse {
  /** Newest last. At most the last 1,000 entries. */
  readonly applied: readonly AppliedMigration[]
  /** Files that were not applied yet, in the order in which they would be. */
  readonly pending: readonly PendingMigration[]
  /** Equal numbers, changed or missing files, files that do not parse: what stands in the way, and how to solve it. */
  readonly problems: readonly WireProblem[]
  /** What should be known and stands in nobody's way, such as a file that comes after a higher number was applied. */
  readonly notices: readonly string[]
}

/** One entry of the history. */
export interface AppliedMigration {
  readonly id: number
  /** `file` came from migrations/, `schema` was derived from a changed schema.yaml, `rollback` undid a file. */
  readonly kind: "file" | "schema" | "rollback"
  /** The file's number; null for the others. */
  readonly number: number | null
  /** The file's name without number and ending; else a line that says what changed. */
  readonly name: string
  /** What was done, a line each. */
  readonly changes: readonly string[]
  /** ISO 8601. */
  readonly appliedAt: string
  /** When it was undone; null while it holds. */
  readonly rolledBackAt: string | null
}

export interface PendingMigration {
  /** Relative to the project: "migrations/002_rename_user_name.yaml". */
  readonly file: string
  readonly number: number
  readonly name: string
  readonly description: string | null
  /** What it would do, a line each. */
  readonly operations: readonly string[]
}

/** How much a change may cost: nothing is lost; values or documents are lost; or it cannot be done as written. */
export type PlannedSafety = "safe" | "lossy" | "refused"

/** One change of a plan, in the order in which they are made. */
export interface PlannedChange {
  /** The migration file that asks for it; null when it is derived from schema.yaml. */
  readonly file: string | null
  /** "+ posts.view_count (int)". */
  readonly message: string
  readonly collection: string | null
  readonly field: string | null
  readonly safety: PlannedSafety
  /** Why it is not simply safe, and what to do. */
  readonly reason: string | null
  readonly next: string | null
  /** Documents whose stored form changes, or whose values are lost; null when it is not known before (sql). */
  readonly rowCount: number | null
  /** `instant` touches no documents, `scan` reads them (an index is made), `rebuild` copies the table. */
  readonly work: "instant" | "scan" | "rebuild"
  readonly estimateMs: number
  /** The blast radius: what else of the schema speaks of it. */
  readonly mentions: readonly Mention[]
}

/** Something that mentions what a change touches. */
export interface Mention {
  readonly kind: "rule" | "index" | "relation"
  /** "read rule of posts", "index by_title of posts", "comments.post_id". */
  readonly label: string
}

/** What would be done, and whether it can be. */
export interface MigrationPlan {
  /** Names exactly this plan on exactly this state: applying with it does this or nothing (409 PLAN_CHANGED). */
  readonly hash: string
  /** Hashes of the applied schema and of the one that the plan leads to. */
  readonly from: string
  readonly to: string
  readonly files: readonly PendingMigration[]
  readonly changes: readonly PlannedChange[]
  /** Empty when the plan can be applied. */
  readonly problems: readonly WireProblem[]
  /** True when something is lost by it: a backup is written first. */
  readonly isLossy: boolean
  readonly estimateMs: number
}

/**
 * POST /api/admin/migrate. Works on the files of the project. `plan` changes nothing. `apply` applies pending files and
 * then the difference to schema.yaml; with `hash` only if that is still the plan. `rollback` undoes the last `count`
 * applied files (1 when left out); with `dryRun` it says what it would do, with `hash` it does only just that.
 */
export type MigrateRequest =
  | { readonly action: "plan" }
  | { readonly action: "apply"; readonly hash?: string }
  | { readonly action: "rollback"; readonly count?: number; readonly dryRun?: boolean; readonly hash?: string }

/** POST /api/admin/schema: the same for files that are not in the project yet. They are written when applied. */
export interface SchemaRequest {
  /** The text of schema.yaml. */
  readonly schema: string
  /** Migration files to add, by file name; those that are there already are left out or equal. */
  readonly migrations?: readonly { readonly file: string; readonly text: string }[]
  /** The hash of the plan that is to be applied; without it the answer is the plan. */
  readonly apply?: string
}

/** The answer to an `apply` and to a `rollback`. */
export interface MigrateResponse {
  /** Files that were applied or undone, in order. */
  readonly files: readonly string[]
  /** What was done, a line each. */
  readonly changes: readonly string[]
  /** The backup that was written before; null when nothing was lost. */
  readonly backup: string | null
  readonly durationMs: number
}

/** The answer to `rollback` with `dryRun`. */
export interface RollbackPlan {
  /** Names exactly these files in this state of the database, as the hash of a MigrationPlan does. */
  readonly hash: string
  readonly files: readonly string[]
  readonly changes: readonly PlannedChange[]
  /** What cannot be undone, and why; empty when all can. */
  readonly problems: readonly WireProblem[]
}
