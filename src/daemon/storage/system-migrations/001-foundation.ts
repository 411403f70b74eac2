import type { SystemMigration } from "./system-migration.ts"

/** Facts about the database, the history of its schema, and the log of changes. */
export const foundation: SystemMigration = {
  number: 1,
  name: "foundation",
  sql: `
    CREATE TABLE _alyx_meta (
      key TEXT PRIMARY KEY,
      value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE _alyx_migrations (
      id INTEGER PRIMARY KEY,
      version TEXT NOT NULL UNIQUE,
      name TEXT NOT NULL,
      checksum TEXT NOT NULL,
      changes TEXT NOT NULL CHECK (json_valid(changes)),
      applied_at TEXT NOT NULL
    ) STRICT;

    CREATE TABLE _alyx_changes (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      collection TEXT NOT NULL,
      operation TEXT NOT NULL,
      doc_id ANY NOT NULL,
      at TEXT NOT NULL,
      request_id TEXT,
      changed_fields TEXT,
      before TEXT
    ) STRICT;
  `,
}
