/** One step of the system tables, from the version before it to its own. Never edited once released. */
export interface SystemMigration {
  /** Counts from 1 without gaps; the highest one applied is the format version of the database. */
  readonly number: number
  readonly name: string
  readonly sql: string
}
