import type { Generated } from "kysely"

import { createQueryBuilder } from "./query-builder.ts"

/** The columns of the system tables; system-migrations/ makes them. */
export interface SystemTables {
  readonly _alyx_meta: { readonly key: string; readonly value: string }
  readonly _alyx_migrations: {
    readonly id: Generated<number>
    readonly version: string
    readonly name: string
    readonly checksum: string
    /** A JSON array of lines. */
    readonly changes: string
    readonly applied_at: string
    readonly kind: Generated<"file" | "schema" | "rollback">
    /** Those below are null but for kind `file`; a rollback has the file's number too. */
    readonly number: number | null
    readonly file_checksum: string | null
    /** JSON: the operations of the file, and what undoes them, in the order in which that is run. */
    readonly operations: string | null
    readonly inverse: string | null
    readonly rolled_back_at: string | null
  }
  readonly _alyx_changes: {
    readonly seq: Generated<number>
    readonly collection: string
    readonly operation: "insert" | "update" | "delete"
    readonly doc_id: string | number
    readonly changed_fields: string | null
    readonly before: string | null
    readonly request_id: string | null
    readonly at: string
  }
}

/** Builds typed queries on the system tables; `.compile()` gives what Reader and Transaction run. */
export const systemTables = createQueryBuilder<SystemTables>()
