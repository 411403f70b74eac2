import { alyxError } from "../../errors.ts"
import type { SignedInResponse } from "../../protocol/auth-api.ts"
import type { Caller } from "../caller.ts"
import { sqlQuery } from "../storage/database.ts"
import type { Transaction } from "../storage/database.ts"
import { systemTables } from "../storage/system-tables.ts"
import { identityOfAccount } from "./account-identities.ts"
import type { Account } from "./accounts.ts"
import type { AuthParts, AuthRequest } from "./auth.ts"
import { insertRefreshToken } from "./refresh-tokens.ts"
import { userOf } from "./user-of.ts"

/** Sessions of one account; at the limit the one that was used longest ago makes room. */
export const sessionCountMax = 100

/** So much is kept of what a client says it is. */
const userAgentLengthMax = 300

/** A session that was just begun. */
export interface NewSession {
  readonly sessionId: string
  /** Shown once: only its hash is kept. */
  readonly refreshToken: string
}

/**
 * Begins a session, in the transaction that found out that the caller is the account's owner. Its id is always a new
 * one, whatever the caller came with.
 */
export function beginSession(
  transaction: Transaction,
  parts: Pick<AuthParts, "config" | "clock" | "ids">,
  { accountId, request }: { readonly accountId: string; readonly request: Omit<AuthRequest, "body"> },
): NewSession {
  const nowMs = parts.clock.now()
  const nowIso = new Date(nowMs).toISOString()
  const expiresIso = new Date(nowMs + parts.config().auth.jwt.refreshTtlMs).toISOString()
  const sessionId = parts.ids.next(nowMs)
  makeRoom(transaction, accountId)
  const row = {
    id: sessionId,
    user_id: accountId,
    created_at: nowIso,
    last_used_at: nowIso,
    expires_at: expiresIso,
    address: request.caller.address,
    user_agent: request.userAgent?.slice(0, userAgentLengthMax) ?? null,
  }
  transaction.run(systemTables.insertInto("_alyx_sessions").values(row).compile())
  const signedIn = systemTables.updateTable("_alyx_users").set({ last_sign_in_at: nowIso }).where("id", "=", accountId)
  if (transaction.run(signedIn.compile()).changes === 0) throw alyxError("INVALID_CREDENTIALS")
  return { sessionId, refreshToken: insertRefreshToken(transaction, { sessionId, nowIso, expiresIso }) }
}

function makeRoom(transaction: Transaction, accountId: string): void {
  const sql = `DELETE FROM "_alyx_sessions" WHERE id IN (
    SELECT id FROM "_alyx_sessions" WHERE user_id = ? ORDER BY last_used_at DESC, id DESC LIMIT -1 OFFSET ?)`
  transaction.run(sqlQuery(sql, [accountId, sessionCountMax - 1]))
}

/** What a client gets that has signed in. */
export async function signedInAnswer(
  parts: AuthParts,
  { account, session, caller }: { readonly account: Account; readonly session: NewSession; readonly caller: Caller },
): Promise<SignedInResponse> {
  const { sessionId, refreshToken } = session
  const { token, expiresInSeconds } = await parts.tokens.sign({ accountId: account.id, sessionId })
  return {
    access_token: token,
    token_type: "Bearer",
    expires_in: expiresInSeconds,
    refresh_token: refreshToken,
    user: userOf(parts, { account, caller: callerOfSession(caller, account, sessionId) }),
  }
}

/** The caller of a sign-in as who they have become. */
function callerOfSession(caller: Caller, account: Account, sessionId: string): Caller {
  return { ...caller, ...identityOfAccount(account, sessionId), owner: false }
}
