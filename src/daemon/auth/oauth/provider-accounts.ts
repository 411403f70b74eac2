import { sqlQuery } from "../../storage/database.ts"
import type { Reader, Transaction } from "../../storage/database.ts"

/** One person at one provider. */
export interface ProviderAccount {
  readonly provider: string
  readonly subject: string
  /** As the provider last told it. */
  readonly email: string | null
}

/** Whose account somebody at a provider is; null when nobody's. */
export function accountIdOf(reader: Reader, { provider, subject }: ProviderAccount): string | null {
  const sql = "SELECT user_id FROM _alyx_oauth_accounts WHERE provider = ? AND subject = ?"
  return reader.get<{ readonly user_id: string }>(sqlQuery(sql, [provider, subject]))?.user_id ?? null
}

/** Lets somebody at a provider sign in to an account from now on. */
export function linkProvider(
  transaction: Transaction,
  { provider, subject, email }: ProviderAccount,
  { userId, nowIso }: { readonly userId: string; readonly nowIso: string },
): void {
  transaction.run(
    sqlQuery(
      "INSERT INTO _alyx_oauth_accounts (provider, subject, user_id, email, created_at) VALUES (?, ?, ?, ?, ?)",
      [provider, subject, userId, email, nowIso],
    ),
  )
}

/** Ends the ways to sign in through a provider; how many there were. */
export function unlinkProvider(
  transaction: Transaction,
  { userId, provider }: { readonly userId: string; readonly provider: string },
): number {
  const sql = "DELETE FROM _alyx_oauth_accounts WHERE user_id = ? AND provider = ?"
  return transaction.run(sqlQuery(sql, [userId, provider])).changes
}

/** The providers that an account may sign in through. */
export function linkedProviders(reader: Reader, userId: string): readonly string[] {
  const sql = "SELECT DISTINCT provider FROM _alyx_oauth_accounts WHERE user_id = ? ORDER BY provider"
  return reader.all<{ readonly provider: string }>(sqlQuery(sql, [userId])).map(({ provider }) => provider)
}
