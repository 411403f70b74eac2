import type { SystemMigration } from "./system-migration.ts"

/**
 * The history tells files from derived changes and from rollbacks. `file_checksum` and `number` are those of the file,
 * `operations` what it asked for, `inverse` what undoes it; `rolled_back_at` says when that was done.
 */
export const migrationFiles: SystemMigration = {
  number: 2,
  name: "migration files",
  sql: `
    ALTER TABLE _alyx_migrations ADD COLUMN kind TEXT NOT NULL DEFAULT 'schema'
      CHECK (kind IN ('file', 'schema', 'rollback'));
    ALTER TABLE _alyx_migrations ADD COLUMN number INTEGER;
    ALTER TABLE _alyx_migrations ADD COLUMN file_checksum TEXT;
    ALTER TABLE _alyx_migrations ADD COLUMN operations TEXT CHECK (json_valid(operations));
    ALTER TABLE _alyx_migrations ADD COLUMN inverse TEXT CHECK (json_valid(inverse));
    ALTER TABLE _alyx_migrations ADD COLUMN rolled_back_at TEXT;
  `,
}
