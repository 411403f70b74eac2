import type { MigrationPlan, PlannedChange } from "../../../src/protocol/migrations-api.ts"

/** A change that costs nothing, but for what the test says of it. */
export function plannedChange(change: Partial<PlannedChange> & { readonly message: string }): PlannedChange {
  return {
    file: null,
    collection: "posts",
    field: null,
    safety: "safe",
    reason: null,
    next: null,
    rowCount: 0,
    work: "instant",
    estimateMs: 0,
    mentions: [],
    ...change,
  }
}

/** A plan of these changes, but for what the test says of it. */
export function planOf(changes: readonly PlannedChange[], plan: Partial<MigrationPlan> = {}): MigrationPlan {
  return {
    hash: "1".repeat(64),
    from: "2".repeat(64),
    to: "3".repeat(64),
    files: [],
    changes,
    problems: [],
    isLossy: changes.some(({ safety }) => safety === "lossy"),
    estimateMs: changes.reduce((sum, { estimateMs }) => sum + estimateMs, 0),
    ...plan,
  }
}

/** A rename from a file, a dropped field and a change that is refused. */
export const mixedChanges: readonly PlannedChange[] = [
  plannedChange({
    file: "migrations/002_rename_title.yaml",
    message: "posts.title → posts.headline",
    rowCount: 1204,
    work: "rebuild",
    estimateMs: 310,
    mentions: [
      { kind: "rule", label: "read rule of posts" },
      { kind: "index", label: "index by_title of posts" },
    ],
  }),
  plannedChange({
    file: "migrations/002_rename_title.yaml",
    message: "- posts.summary",
    safety: "lossy",
    reason: "The summaries of 800 documents are lost.",
    rowCount: 800,
    work: "rebuild",
    estimateMs: 210,
  }),
  plannedChange({
    message: "~ posts.score type float → int",
    safety: "refused",
    reason: "Values of posts.score may not fit int.",
    next: "Restore type: float, or change it with a migration: alyx migrate create change_score",
    rowCount: null,
    work: "rebuild",
    estimateMs: 210,
  }),
]
