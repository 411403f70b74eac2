import { alyxError } from "../../../errors.ts"
import type { SessionView } from "../../../protocol/auth-api.ts"
import type { Caller } from "../../caller.ts"
import { nowIso, writeAccounts } from "../auth.ts"
import type { AuthParts } from "../auth.ts"
import { endSessionRow, endSessions } from "../end-sessions.ts"
import { sessionsOf } from "../sessions.ts"
import { findAnyAccount } from "./find-any-account.ts"

/** Whose sessions an admin looks at. */
export interface AccountSessionsRequest {
  readonly caller: Caller
  readonly idOrAddress: string
}

/** The sessions of an account that live. */
export function listAccountSessions(
  parts: AuthParts,
  { caller, idOrAddress }: AccountSessionsRequest,
): readonly SessionView[] {
  return parts.database.read((reader) => {
    const { id } = findAnyAccount(reader, idOrAddress)
    return sessionsOf(reader, { accountId: id, current: caller.sessionId, nowIso: nowIso(parts) })
  })
}

/** Ends one session of an account, or all; says how many there were. */
export async function endAccountSessions(
  parts: AuthParts,
  { caller, idOrAddress, sessionId }: AccountSessionsRequest & { readonly sessionId: string | null },
): Promise<number> {
  return writeAccounts(parts, caller, (transaction) => {
    const { id } = findAnyAccount(transaction, idOrAddress)
    if (sessionId === null) return endSessions(transaction, { accountId: id, except: null })
    if (endSessionRow(transaction, { accountId: id, sessionId })) return 1
    throw alyxError("SESSION_NOT_FOUND", { next: "alyx auth sessions shows those of an account." })
  })
}
