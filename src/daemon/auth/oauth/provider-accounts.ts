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
  link: { readonly userId: string; readonly isEmailVerified: boolean; readonly nowIso: string },
): void {
  const { userId, isEmailVerified, nowIso } = link
  transaction.run(
    sqlQuery(
      `INSERT INTO _alyx_oauth_accounts (provider, subject, user_id, email, email_verified, created_at)
       VALUES (?, ?, ?, ?, ?, ?)`,
      [provider, subject, userId, email, isEmailVerified ? 1 : 0, nowIso],
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

/** Ends every way to sign in through a provider: whose they are is not known. */
export function unlinkProviders(transaction: Transaction, userId: string): void {
  transaction.run(sqlQuery("DELETE FROM _alyx_oauth_accounts WHERE user_id = ?", [userId]))
}

/** The same for providers that had not proven the address: a password linked them, whoever knew it. */
export function unlinkUnproven(transaction: Transaction, userId: string): void {
  const sql = "DELETE FROM _alyx_oauth_accounts WHERE user_id = ? AND email_verified = 0"
  transaction.run(sqlQuery(sql, [userId]))
}

/** The providers that an account may sign in through. */
export function linkedProviders(reader: Reader, userId: string): readonly string[] {
  const sql = "SELECT DISTINCT provider FROM _alyx_oauth_accounts WHERE user_id = ? ORDER BY provider"
  return reader.all<{ readonly provider: string }>(sqlQuery(sql, [userId])).map(({ provider }) => provider)
}
