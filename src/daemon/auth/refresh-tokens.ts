import type { Config } from "../../project/options.ts"
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
  /** How often it was used, all but once within the grace. */
  readonly useCount: number
  readonly expiresAt: string
}

const findSql = `SELECT t.token_hash AS hash, t.session_id AS sessionId, s.user_id AS accountId, t.used_at AS usedAt,
  t.use_count AS useCount,   min(t.expires_at, s.expires_at) AS expiresAt
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

const markUsedSql = `UPDATE "_alyx_refresh_tokens" SET used_at = coalesce(used_at, ?), use_count = use_count + 1
  WHERE token_hash = ?`

/** Marks a token as used; it is kept until it expires, so that a second use is known. */
export function markUsed(
  transaction: Transaction,
  { hash, nowIso }: { readonly hash: string; readonly nowIso: string },
): void {
  transaction.run(sqlQuery(markUsedSql, [nowIso, hash]))
}

/**
 * Tokens that a session may have at least before it ends; a week of one every fifteen minutes has 672. None is
 * forgotten to make room: who has stolen one could then make its owner's unknown instead of used before.
 */
const tokenCountLeast = 5_000

/** The most for whatever is configured: a row has about 200 bytes. */
const tokenCountMost = 50_000

type TokenLifetimes = Pick<Config["auth"]["jwt"], "refreshTtlMs" | "accessTtlMs">

/** How often a session may be refreshed while a token lives: four times as often as access tokens expire. */
export function tokenCountMax({ refreshTtlMs, accessTtlMs }: TokenLifetimes): number {
  return Math.min(tokenCountMost, Math.max(tokenCountLeast, Math.ceil((4 * refreshTtlMs) / accessTtlMs)))
}

/** How many tokens of a session are kept, those before it and its newest. */
export function countTokens(reader: Reader, sessionId: string): number {
  const sql = `SELECT count(*) AS n FROM "_alyx_refresh_tokens" WHERE session_id = ?`
  return reader.get(sqlQuery<{ n: number }>(sql, [sessionId]))!.n
}
