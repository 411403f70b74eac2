import type { Clock } from "../../lib/clock.ts"
import type { Identity } from "../caller.ts"
import type { Signals } from "../signals/signals.ts"
import { sqlQuery } from "../storage/database.ts"
import type { Database } from "../storage/database.ts"
import { adminRole, authOfAccount, findAccount } from "./accounts.ts"
import type { Account } from "./accounts.ts"
import { HeldIdentities } from "./held-identities.ts"
import { keyPrefix } from "./keys/key-secret.ts"
import { invalidToken } from "./tokens/access-tokens.ts"
import type { AccessTokens, VerifiedToken } from "./tokens/access-tokens.ts"

/** Sessions that are held in memory. */
const heldSessionsMax = 20_000

/** Finds who an API key is. */
export interface KeyFinder {
  identify(secret: string): Identity
  identifyForLong(secret: string): Identified
}

/** What finding out needs. */
export interface AccountIdentitiesParts {
  readonly database: Database
  readonly signals: Signals
  readonly clock: Clock
  readonly tokens: AccessTokens
  readonly keys: KeyFinder
}

/** Whom a token belongs to, and until when at most. */
export interface Identified {
  readonly identity: Identity
  /** The end of the access token or of the API key; its session may end before, of which `accounts` tells. */
  readonly expiresAtMs: number
}

/** A session as it is held. */
interface Session {
  readonly accountId: string
  readonly identity: Identity
  readonly endsAtMs: number
}

/**
 * Tells whom a token belongs to: the secret of an API key, or an access token whose session still lives. The account is
 * looked up, not believed: role, address and verified are those of now.
 */
export class AccountIdentities {
  readonly #parts: AccountIdentitiesParts
  readonly #held: HeldIdentities<Session>

  constructor(parts: AccountIdentitiesParts) {
    this.#parts = parts
    const { signals, clock } = parts
    this.#held = new HeldIdentities({ signals, clock, sizeMax: heldSessionsMax, read: (id) => this.#read(id) })
  }

  /** At once where the token is known; throws INVALID_TOKEN, or rejects with it. */
  identify(token: string): Identity | Promise<Identity> {
    if (token.startsWith(keyPrefix)) return this.#parts.keys.identify(token)
    const verified = this.#parts.tokens.verify(token)
    return verified instanceof Promise ? verified.then((late) => this.#ofSession(late)) : this.#ofSession(verified)
  }

  /** The same for those who go on listening: they have to know when the token ends. */
  async identifyForLong(token: string): Promise<Identified> {
    if (token.startsWith(keyPrefix)) return this.#parts.keys.identifyForLong(token)
    const identity = await this.identify(token)
    return { identity, expiresAtMs: (await this.#parts.tokens.verify(token)).expiresAtMs }
  }

  /** Hears no more nudges. */
  stop(): void {
    this.#held.stop()
  }

  #ofSession({ accountId, sessionId }: VerifiedToken): Identity {
    const session = this.#held.find(sessionId)
    if (session?.accountId === accountId && this.#parts.clock.now() < session.endsAtMs) return session.identity
    throw invalidToken("The session of this token has ended.")
  }

  #read(sessionId: string): Session | undefined {
    return this.#parts.database.read((reader) => {
      const session = reader.get(sqlQuery<{ user_id: string; expires_at: string }>(sessionSql, [sessionId]))
      const account = session === undefined ? undefined : findAccount(reader, session.user_id)
      if (session === undefined || account === undefined) return undefined
      const endsAtMs = Date.parse(session.expires_at)
      return { accountId: account.id, identity: identityOfAccount(account, sessionId), endsAtMs }
    })
  }
}

const sessionSql = `SELECT user_id, expires_at FROM "_alyx_sessions" WHERE id = ?`

/** Who an account is in a session. */
export function identityOfAccount(account: Account, sessionId: string): Identity {
  return Object.freeze({
    auth: authOfAccount(account),
    isAdmin: account.role === adminRole,
    sessionId,
    scope: null,
  })
}
