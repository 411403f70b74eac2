import { sqlQuery } from "../storage/database.ts"
import type { Reader, Transaction } from "../storage/database.ts"
import { systemTables } from "../storage/system-tables.ts"
import { newSecret, secretHash } from "./secret-token.ts"

/** A refresh token as it is kept, with the session that it continues. */
export interface FoundRefreshToken {
  readonly hash: string
  readonly sessionId: string
  readonly accountId: string
  /** Null until it is used. */
  readonly usedAt: string | null
  readonly expiresAt: string
}

const findSql = `SELECT t.token_hash AS hash, t.session_id AS sessionId, s.user_id AS accountId, t.used_at AS usedAt,
  min(t.expires_at, s.expires_at) AS expiresAt
  FROM "_alyx_refresh_tokens" AS t JOIN "_alyx_sessions" AS s ON s.id = t.session_id WHERE t.token_hash = ?`

/** Finds the token that a client sent; undefined when it is none of ours, or its session has ended. */
export function findRefreshToken(reader: Reader, token: string): FoundRefreshToken | undefined {
  return reader.get(sqlQuery<FoundRefreshToken>(findSql, [secretHash(token)]))
}

/** Makes the next token of a session; only its hash is kept. */
export function insertRefreshToken(
  transaction: Transaction,
  token: { readonly sessionId: string; readonly nowIso: string; readonly expiresIso: string },
): string {
  const made = newSecret()
  const row = {
    token_hash: secretHash(made),
    session_id: token.sessionId,
    created_at: token.nowIso,
    expires_at: token.expiresIso,
    used_at: null,
  }
  transaction.run(systemTables.insertInto("_alyx_refresh_tokens").values(row).compile())
  return made
}

/** Marks a token as used; it is kept, so that a second use is known. */
export function markUsed(
  transaction: Transaction,
  { hash, nowIso }: { readonly hash: string; readonly nowIso: string },
) {
  const query = systemTables.updateTable("_alyx_refresh_tokens").set({ used_at: nowIso })
  transaction.run(query.where("token_hash", "=", hash).where("used_at", "is", null).compile())
}

/**
 * Tokens that are kept of one session; a week of one every fifteen minutes has 672. Those that were used longest ago
 * are forgotten first, and are unknown then instead of used before.
 */
export const tokenCountMax = 1_000

/** Forgets what is over the limit. */
export function forgetOldTokens(transaction: Transaction, sessionId: string): void {
  const countSql = `SELECT count(*) AS n FROM "_alyx_refresh_tokens" WHERE session_id = ?`
  const { n = 0 } = transaction.get(sqlQuery<{ n: number }>(countSql, [sessionId])) ?? {}
  if (n <= tokenCountMax) return
  const oldestSql = `SELECT token_hash FROM "_alyx_refresh_tokens" WHERE session_id = ? AND used_at IS NOT NULL
    ORDER BY created_at LIMIT ?`
  const sql = `DELETE FROM "_alyx_refresh_tokens" WHERE token_hash IN (${oldestSql})`
  transaction.run(sqlQuery(sql, [sessionId, n - tokenCountMax]))
}
