import type { RefreshRequest, SignedInResponse } from "../../protocol/auth-api.ts"
import type { Transaction } from "../storage/database.ts"
import { systemTables } from "../storage/system-tables.ts"
import { findAccount } from "./accounts.ts"
import type { Account } from "./accounts.ts"
import type { AuthParts, AuthRequest } from "./auth.ts"
import { signedInAnswer } from "./begin-session.ts"
import type { NewSession } from "./begin-session.ts"
import { endSessionRow } from "./end-sessions.ts"
import { countTokens, findRefreshToken, insertRefreshToken, markUsed, tokenCountMax } from "./refresh-tokens.ts"
import type { FoundRefreshToken } from "./refresh-tokens.ts"
import { invalidToken } from "./tokens/access-tokens.ts"

/** So long after its first use a token may be used again: two tabs of a browser, or an answer that was lost. */
export const reuseGraceMs = 10_000

/** How often it may be used in that time: more is no browser. */
export const usesMax = 32

type Refreshed =
  | { readonly kind: "refreshed"; readonly account: Account; readonly session: NewSession }
  | { readonly kind: "ended"; readonly reason: string }
  | { readonly kind: "unknown" }

/**
 * Turns a refresh token into the next one and an access token. A token that was used before, and not just now, was
 * stolen, by whoever used it first or second: its session ends for both. So does one that is refreshed far more often
 * than its access tokens expire.
 */
export async function refreshSession(
  parts: AuthParts,
  request: AuthRequest<RefreshRequest>,
): Promise<SignedInResponse> {
  const { caller, body } = request
  const refreshed = await parts.database.write((transaction) => rotate(transaction, parts, body.refresh_token), {
    requestId: caller.requestId,
  })
  if (refreshed.kind === "refreshed") return signedInAnswer(parts, { ...refreshed, caller })
  if (refreshed.kind === "unknown") throw invalidToken("The refresh token is unknown, or its session has ended.")
  parts.signals.nudge("accounts")
  throw invalidToken(refreshed.reason)
}

function rotate(transaction: Transaction, parts: AuthParts, refreshToken: string): Refreshed {
  const nowMs = parts.clock.now()
  const found = findRefreshToken(transaction, refreshToken)
  if (found === undefined || Date.parse(found.expiresAt) <= nowMs) return { kind: "unknown" }
  const reason = reasonToEnd(transaction, parts, found)
  if (reason !== null) {
    endSessionRow(transaction, found)
    return { kind: "ended", reason }
  }
  const account = findAccount(transaction, found.accountId)
  if (account === undefined) return { kind: "unknown" }
  return { kind: "refreshed", account, session: nextOf(transaction, parts, found) }
}

function reasonToEnd(transaction: Transaction, parts: AuthParts, found: FoundRefreshToken): string | null {
  const { usedAt, useCount, sessionId } = found
  const isLate = usedAt !== null && parts.clock.now() - Date.parse(usedAt) > reuseGraceMs
  if (isLate || useCount >= usesMax) return "The refresh token was used before, so its session has ended."
  if (countTokens(transaction, sessionId) < tokenCountMax(parts.config().auth.jwt)) return null
  return "The session was refreshed too often, so it has ended."
}

function nextOf(transaction: Transaction, parts: AuthParts, { hash, sessionId }: FoundRefreshToken): NewSession {
  const nowMs = parts.clock.now()
  const nowIso = new Date(nowMs).toISOString()
  const expiresIso = new Date(nowMs + parts.config().auth.jwt.refreshTtlMs).toISOString()
  markUsed(transaction, { hash, nowIso })
  const used = systemTables.updateTable("_alyx_sessions").set({ last_used_at: nowIso, expires_at: expiresIso })
  transaction.run(used.where("id", "=", sessionId).compile())
  return { sessionId, refreshToken: insertRefreshToken(transaction, { sessionId, nowIso, expiresIso }) }
}
