/** The codes of problems that only migrations have; docs/migrations.md explains each. */
export const migrationProblemCodes = [
  "FILE_NAME_INVALID",
  "VERSION_MISMATCH",
  "NAME_MISMATCH",
  "KEY_MISSING",
  "KEYS_CONTRADICT",
  "OPERATION_UNKNOWN",
  "SQL_EMPTY",
  "COLLECTION_UNKNOWN",
  "FIELD_UNKNOWN",
  "FILL_INVALID",
  "OPERATION_REFUSED",
  "MIGRATION_NUMBER_TAKEN",
  "MIGRATION_CHANGED",
] as const

/** One of them. */
export type MigrationProblemCode = (typeof migrationProblemCodes)[number]
