import { alyxError } from "../../errors.ts"
import type { SessionView } from "../../protocol/auth-api.ts"
import type { Reader } from "../storage/database.ts"
import { systemTables } from "../storage/system-tables.ts"
import { nowIso, writeAccounts } from "./auth.ts"
import type { AuthParts, AuthRequest } from "./auth.ts"
import { endSessionRow, endSessions } from "./end-sessions.ts"
import { requireSession } from "./require-account.ts"

/** The sessions of an account that live, the one used last first. */
export function sessionsOf(
  reader: Reader,
  asked: { readonly accountId: string; readonly current: string | null; readonly nowIso: string },
): readonly SessionView[] {
  const query = systemTables
    .selectFrom("_alyx_sessions")
    .select(["id", "created_at", "last_used_at", "expires_at", "address", "user_agent"])
    .where("user_id", "=", asked.accountId)
    .where("expires_at", ">", asked.nowIso)
    .orderBy("last_used_at", "desc")
    .orderBy("id", "desc")
  return reader.all(query.compile()).map((row) => ({ ...row, current: row.id === asked.current }))
}

/** The sessions of who asks. */
export function listSessions(parts: AuthParts, { caller }: Pick<AuthRequest, "caller">): readonly SessionView[] {
  const { accountId, sessionId } = requireSession(caller)
  return parts.database.read((reader) => sessionsOf(reader, { accountId, current: sessionId, nowIso: nowIso(parts) }))
}

/** Ends one session of who asks; it may be the one that asks. */
export async function endSession(
  parts: AuthParts,
  { caller, id }: Pick<AuthRequest, "caller"> & { readonly id: string },
): Promise<void> {
  const { accountId } = requireSession(caller)
  await writeAccounts(parts, caller, (transaction) => {
    if (!endSessionRow(transaction, { accountId, sessionId: id })) throw alyxError("SESSION_NOT_FOUND")
  })
}

/** Ends all sessions of who asks but the one that asks. */
export async function endOtherSessions(parts: AuthParts, { caller }: Pick<AuthRequest, "caller">): Promise<void> {
  const { accountId, sessionId } = requireSession(caller)
  await writeAccounts(parts, caller, (transaction) => endSessions(transaction, { accountId, except: sessionId }))
}
