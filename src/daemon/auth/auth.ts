import type { Clock } from "../../lib/clock.ts"
import type { IdSource } from "../../lib/id.ts"
import type { Logger } from "../../lib/logger.ts"
import type { Config } from "../../project/options.ts"
import type { DaemonMode } from "../../protocol/admin-api.ts"
import type { Caller } from "../caller.ts"
import type { SchemaHolder } from "../schema-holder.ts"
import type { Signals } from "../signals/signals.ts"
import type { Database, Transaction } from "../storage/database.ts"
import type { AccountMails } from "./account-mails.ts"
import type { AuthLimits } from "./auth-limits.ts"
import type { OAuthProviders } from "./oauth/providers.ts"
import type { Passwords } from "./passwords/passwords.ts"
import type { AccessTokens } from "./tokens/access-tokens.ts"
import type { UserDocuments } from "./user-documents.ts"

/**
 * The vocabulary of this folder. Each operation has a file of its own: register (register.ts), signIn (sign-in.ts),
 * refreshSession (refresh.ts), signOut (sign-out.ts), changePassword (change-password.ts), listSessions and endSession
 * (sessions.ts). What several of them do inside a transaction: makeAccount, changeAccount and endAccount
 * (make-account.ts, change-account.ts, end-account.ts), beginSession (begin-session.ts), endSessions (end-sessions.ts).
 * They know nothing of HTTP: what is wrong is thrown as an AlyxError.
 */
export interface AuthParts {
  /** Read at every use: most options act at once. */
  readonly config: () => AuthConfig
  readonly database: Database
  readonly schemas: Pick<SchemaHolder, "current">
  /** `accounts` is nudged after every commit that changes whom a token belongs to, or what they may. */
  readonly signals: Signals
  readonly clock: Clock
  readonly logger: Logger
  readonly mode: DaemonMode
  readonly ids: IdSource
  readonly documents: UserDocuments
  readonly passwords: Passwords
  readonly tokens: AccessTokens
  readonly mails: AccountMails
  readonly limits: AuthLimits
  readonly providers: OAuthProviders
  /** Where people reach this server, for links and sign-ins through providers; null while it listens nowhere. */
  readonly publicAddress: () => string | null
}

/** The part of the configuration that accounts depend on. */
export type AuthConfig = Pick<Config, "auth" | "mail" | "server">

/** Who asks for an operation, and with what. */
export interface AuthRequest<Body = unknown> {
  readonly caller: Caller
  /** The parsed JSON body, whatever it is. */
  readonly body: Body
  /** The header as sent. */
  readonly userAgent: string | null
}

/** Writes in one transaction, and nudges `accounts` once it is committed. */
export async function writeAccounts<T>(
  { database, signals }: Pick<AuthParts, "database" | "signals">,
  { requestId }: Pick<Caller, "requestId">,
  work: (transaction: Transaction) => T,
): Promise<T> {
  const result = await database.write(work, { requestId })
  signals.nudge("accounts")
  return result
}

/** The time of a write. */
export function nowIso({ clock }: Pick<AuthParts, "clock">): string {
  return new Date(clock.now()).toISOString()
}
