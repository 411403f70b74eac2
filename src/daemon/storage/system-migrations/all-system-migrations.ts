import { foundation } from "./001-foundation.ts"
import { migrationFiles } from "./002-migration-files.ts"
import { accounts } from "./003-accounts.ts"
import { displaced } from "./004-displaced.ts"
import { functions } from "./005-functions.ts"
import { deletions } from "./006-deletions.ts"
import type { SystemMigration } from "./system-migration.ts"

/** Every step of the system tables, in order. A new one goes at the end; there is no way back. */
export const allSystemMigrations: readonly SystemMigration[] = [
  foundation,
  migrationFiles,
  accounts,
  displaced,
  functions,
  deletions,
]
