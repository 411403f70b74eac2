/**
 * POST /api/admin/db/query. Answers with NDJSON: a QueryHead, then an array of values a row, then a QueryEnd, or
 * `{ error }` with a WireError when something went wrong on the way. What JSON cannot hold is an object of one member:
 * `{ base64 }` for bytes, `{ integer }` beyond 2^53, `{ real }` for what is not finite.
 */
export interface QueryRequest {
  readonly sql: string
  /** False when left out: then the statement runs in a process that can only read. */
  readonly write?: boolean
  /** Rows at most, 100,000 when left out; more are left out and `truncated` says so. */
  readonly rowCountMax?: number
  /** The query is ended after it (QUERY_TIMEOUT), 10 s when left out; time in which no rows are taken does not count. */
  readonly timeoutMs?: number
}

export interface QueryHead {
  readonly columns: readonly string[]
}

export interface QueryEnd {
  readonly rowCount: number
  readonly truncated: boolean
  /** Rows that a writing statement changed; null for reads. */
  readonly changes: number | null
  readonly durationMs: number
}

/** The forms of a dump: ndjson and sql hold everything, json too, in one object; csv holds one collection. */
export const dumpFormats = ["json", "ndjson", "csv", "sql"] as const

export type DumpFormat = (typeof dumpFormats)[number]

/** What can be restored, as POST /api/admin/db/restore?format= takes it: `db` is a backup, byte for byte. */
export const restoreFormats = ["ndjson", "json", "sql", "db"] as const

export type RestoreFormat = (typeof restoreFormats)[number]

/** POST /api/admin/db/reset */
export interface ResetRequest {
  /** Needed where `alyx start` serves the database. */
  readonly force?: boolean
}

/** POST /api/admin/db/backup */
export interface BackupRequest {
  /** An absolute path; among the kept backups in .alyx/backups when left out. */
  readonly file?: string
}

/** POST /api/admin/db/backup, and what reset, restore and lossy migrations write before they begin. */
export interface BackupResponse {
  /** An absolute path. */
  readonly path: string
  readonly bytes: number
  readonly durationMs: number
}

/** POST /api/admin/db/seed: the body is NDJSON, a SeedLine each. */
export interface SeedLine {
  readonly collection: string
  /** The fields of the document; a relation may be given by name, as `author: { email: ada@example.com }`. */
  readonly data: Readonly<Record<string, unknown>>
  /** Where it stands in the person's file, for errors: "seed.yaml:12", or with the column "seed.yaml:12:5". */
  readonly at?: string
}

/** The documents that are made up at once, in one transaction. */
export const fakeCountMax = 1_000_000

/** POST /api/admin/db/fake */
export interface FakeRequest {
  /** Documents in all, shared out among the collections. */
  readonly count: number
  /** Equal seeds on equal data give equal documents. */
  readonly randomSeed: number
  /** All when left out. */
  readonly collections?: readonly string[]
}

/** The answer to a seed. */
export interface SeedResponse {
  readonly created: number
  readonly updated: number
  readonly unchanged: number
  readonly collections: Readonly<Record<string, number>>
  readonly durationMs: number
  /** The collection of accounts, where documents of it were made up: nobody can sign in as those. */
  readonly withoutAccounts?: string
}

/** The answer to restore and reset. */
export interface RestoreResponse {
  readonly collections: Readonly<Record<string, number>>
  /** The backup of what was there before; null when there was nothing. */
  readonly backup: string | null
  readonly durationMs: number
  /** What should be known, such as a schema.yaml that differs from what is served now. */
  readonly notices: readonly string[]
}

/** GET /api/admin/db/check: what `alyx doctor` asks of the database. It reads all of it, beside the daemon. */
export interface DatabaseCheckResponse {
  /** What SQLite's integrity_check found, at most 100 lines; empty when all is well. */
  readonly integrity: readonly string[]
  /** Documents that point to none, by collection and the one pointed to. */
  readonly brokenReferences: readonly { readonly collection: string; readonly parent: string; readonly count: number }[]
  /** When the newest change of the log was made, ISO 8601; null without one. */
  readonly newestChangeAt: string | null
  readonly durationMs: number
}
