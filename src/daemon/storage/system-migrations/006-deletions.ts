import type { SystemMigration } from "./system-migration.ts"

/**
 * Which documents of a collection were deleted lately is asked whenever another program wrote; only deletions pay for it. The index ends with
 * `seq`, as every index does with the key of its table.
 */
export const deletions: SystemMigration = {
  number: 6,
  name: "deletions",
  sql: `
    CREATE INDEX _alyx_changes_deletions ON _alyx_changes (collection) WHERE operation = 'delete';
  `,
}
