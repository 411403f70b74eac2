import type { SystemMigration } from "./system-migration.ts"

/** Which documents of a collection were deleted is asked whenever another program wrote; only deletions pay for it. */
export const deletions: SystemMigration = {
  number: 6,
  name: "deletions",
  sql: `
    CREATE INDEX _alyx_changes_deletions ON _alyx_changes (collection, doc_id) WHERE operation = 'delete';
  `,
}
