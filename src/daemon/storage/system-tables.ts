import type { Generated, Selectable, Updateable } from "kysely"

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
  /** Rows that a statement may displace, while it runs. */
  readonly _alyx_displaced: { readonly collection: string; readonly doc_id: string | number; readonly before: string }
  readonly _alyx_users: {
    readonly id: string
    readonly email: string
    /** The address as it is compared. */
    readonly email_key: string
    /** A PHC string; null for accounts without a password. */
    readonly password_hash: string | null
    readonly role: Generated<string>
    readonly verified: Generated<0 | 1>
    /** A JSON object. */
    readonly metadata: Generated<string>
    readonly created_at: string
    readonly updated_at: string
    readonly last_sign_in_at: string | null
  }
  readonly _alyx_sessions: {
    readonly id: string
    readonly user_id: string
    readonly created_at: string
    readonly last_used_at: string
    readonly expires_at: string
    readonly address: string
    readonly user_agent: string | null
  }
  /** A session's family: the newest one is not used yet, those before it are kept to know a reuse. */
  readonly _alyx_refresh_tokens: {
    readonly token_hash: string
    readonly session_id: string
    readonly created_at: string
    readonly expires_at: string
    readonly used_at: string | null
    readonly use_count: Generated<number>
  }
  readonly _alyx_oauth_accounts: {
    readonly provider: string
    readonly subject: string
    readonly user_id: string
    readonly email: string | null
    /** 1 where the provider had proven the address when it was linked. */
    readonly email_verified: Generated<0 | 1>
    readonly created_at: string
  }
  /** What works once: links of mails, sign-ins through providers, the first admin. */
  readonly _alyx_auth_codes: {
    readonly code_hash: string
    readonly purpose: string
    readonly user_id: string | null
    /** A JSON object. */
    readonly data: Generated<string>
    readonly created_at: string
    readonly expires_at: string
  }
  readonly _alyx_api_keys: {
    readonly id: string
    readonly name: string
    readonly key_hash: string
    readonly role: string
    /** JSON arrays; null for all. */
    readonly collections: string | null
    readonly operations: string | null
    readonly created_at: string
    readonly expires_at: string | null
    readonly last_used_at: string | null
  }
  /** Calls of functions. */
  readonly _alyx_executions: {
    readonly id: string
    readonly function_id: string
    readonly request_id: string
    readonly trigger_type: string
    readonly trigger_id: string | null
    readonly parent_id: string | null
    readonly status: "pending" | "running" | "success" | "failed" | "timed_out" | "cancelled"
    readonly started_at: string
    readonly completed_at: string | null
    readonly duration_ms: number | null
    readonly input: string | null
    readonly output: string | null
    /** JSON of an error as the wire has it. */
    readonly error: string | null
    /** A JSON array. */
    readonly logs: string | null
  }
  /** Values are encrypted with a key that is not in the database. */
  readonly _alyx_secrets: {
    readonly name: string
    readonly value: Uint8Array
    readonly created_at: string
    readonly updated_at: string
  }
  /** In dev every mail, newest last; elsewhere none. */
  readonly _alyx_mails: {
    readonly id: Generated<number>
    readonly template: string
    readonly recipient: string
    readonly subject: string
    readonly body_text: string
    readonly body_html: string
    readonly created_at: string
    readonly state: "kept" | "sent" | "failed"
    readonly error: string | null
  }
}

/** Builds typed queries on the system tables; `.compile()` gives what Reader and Transaction run. */
export const systemTables = createQueryBuilder<SystemTables>()

/** A row of a system table as it is read. */
export type SystemRow<Table extends keyof SystemTables> = Selectable<SystemTables[Table]>

/** What of a row of a system table may be set. */
export type SystemRowChange<Table extends keyof SystemTables> = Updateable<SystemTables[Table]>
