import { systemTables } from "../storage/system-tables.ts"
import type { Transaction } from "../storage/database.ts"

/**
 * Ends the sessions of an account, but for one; says how many there were. Whoever calls it nudges `accounts` after the
 * commit (writeAccounts).
 */
export function endSessions(
  transaction: Transaction,
  { accountId, except }: { readonly accountId: string; readonly except: string | null },
): number {
  const all = systemTables.deleteFrom("_alyx_sessions").where("user_id", "=", accountId)
  const query = except === null ? all : all.where("id", "<>", except)
  return transaction.run(query.compile()).changes
}

/** Ends one session, if the account has it. */
export function endSessionRow(
  transaction: Transaction,
  { accountId, sessionId }: { readonly accountId: string; readonly sessionId: string },
): boolean {
  const query = systemTables.deleteFrom("_alyx_sessions").where("id", "=", sessionId).where("user_id", "=", accountId)
  return transaction.run(query.compile()).changes > 0
}
