import type { SystemMigration } from "./system-migration.ts"

/** Calls of functions, and the secrets that they read. */
export const functions: SystemMigration = {
  number: 5,
  name: "functions",
  sql: `
    CREATE TABLE _alyx_executions (
      id TEXT PRIMARY KEY NOT NULL,
      function_id TEXT NOT NULL,
      request_id TEXT NOT NULL,
      trigger_type TEXT NOT NULL,
      trigger_id TEXT,
      parent_id TEXT,
      status TEXT NOT NULL,
      started_at TEXT NOT NULL,
      completed_at TEXT,
      duration_ms REAL,
      input TEXT,
      output TEXT,
      error TEXT,
      logs TEXT
    ) STRICT;
    CREATE INDEX _alyx_executions_function ON _alyx_executions (function_id, id);
    CREATE TABLE _alyx_secrets (
      name TEXT PRIMARY KEY NOT NULL,
      value BLOB NOT NULL,
      created_at TEXT NOT NULL,
      updated_at TEXT NOT NULL
    ) STRICT;
  `,
}
