import type { SystemMigration } from "./system-migration.ts"

/**
 * Rows that a statement may be about to displace (`REPLACE`, `OR REPLACE`): the triggers of the change log write them
 * down before, and look after it which of them are gone. Empty but within such statements, or after one that displaced
 * nothing, until the next.
 */
export const displaced: SystemMigration = {
  number: 4,
  name: "displaced rows",
  sql: `
    CREATE TABLE _alyx_displaced (
      collection TEXT NOT NULL,
      doc_id ANY NOT NULL,
      before TEXT NOT NULL
    ) STRICT;
  `,
}
