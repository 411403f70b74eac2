import type { UsersResponse } from "../../../protocol/auth-api.ts"
import type { Database } from "../../storage/database.ts"
import { sqlQuery } from "../../storage/database.ts"
import { accountOfRow, accountView } from "../accounts.ts"
import type { UserRow } from "../accounts.ts"

/** Which accounts are asked for. */
export interface AccountQuery {
  /** Part of the address, or of the role; empty for all. */
  readonly search: string
  /** Null for every role. */
  readonly role: string | null
  readonly limit: number
  readonly offset: number
}

const matchSql = `(instr(email_key, ?1) > 0 OR instr(lower(email), ?1) > 0 OR role = ?1) AND (?2 IS NULL OR role = ?2)`

const pageSql = `SELECT *, (SELECT count(*) FROM "_alyx_sessions" WHERE user_id = "_alyx_users".id AND expires_at > ?5) AS session_count
  FROM "_alyx_users" WHERE ${matchSql} ORDER BY created_at DESC, id DESC LIMIT ?3 OFFSET ?4`

const totalSql = `SELECT count(*) AS total FROM "_alyx_users" WHERE ${matchSql}`

/** A page of the accounts, newest first, with how many there are. */
export function listAccounts(
  database: Pick<Database, "read">,
  { search, role, limit, offset, nowIso }: AccountQuery & { readonly nowIso: string },
): UsersResponse {
  const part = search.trim().toLowerCase().normalize("NFC")
  return database.read((reader) => {
    const rows = reader.all(
      sqlQuery<UserRow & { readonly session_count: number }>(pageSql, [part, role, limit, offset, nowIso]),
    )
    return {
      users: rows.map((row) => ({
        ...accountView(accountOfRow(row)),
        last_sign_in_at: row.last_sign_in_at,
        session_count: row.session_count,
      })),
      total: reader.get(sqlQuery<{ readonly total: number }>(totalSql, [part, role]))!.total,
    }
  })
}
