import { isDeepStrictEqual } from "node:util"

import { BoundedCache } from "../../lib/bounded-cache.ts"
import type { Clock } from "../../lib/clock.ts"
import type { Identity } from "../caller.ts"
import type { Signals } from "../signals/signals.ts"
import { sqlQuery } from "../storage/database.ts"
import type { Database } from "../storage/database.ts"
import { adminRole, authOfAccount, findAccount } from "./accounts.ts"
import type { Account } from "./accounts.ts"
import { invalidToken } from "./tokens/access-tokens.ts"
import type { AccessTokens, VerifiedToken } from "./tokens/access-tokens.ts"

/** Sessions that are held in memory; more are looked up at each request, about 10 µs. */
const heldSessionsMax = 20_000

/** What is held is looked up again after so long, for changes that nobody told: another process wrote. */
const heldMsMax = 1_000

/** How secrets of API keys begin; no token of ours does. */
const keyPrefix = "alyx_"

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
interface HeldSession {
  readonly accountId: string
  readonly identity: Identity
  readonly endsAtMs: number
  readonly readAtMs: number
  /** How many nudges had been heard when it was read. */
  readonly nudgeCount: number
}

/**
 * Tells whom a token belongs to: the secret of an API key, or an access token whose session still lives. The account is
 * looked up, not believed: role, address and verified are those of now.
 */
export class AccountIdentities {
  readonly #parts: AccountIdentitiesParts
  readonly #held = new BoundedCache<HeldSession>({ sizeMax: heldSessionsMax, keyLengthMax: 64 })
  readonly #unsubscribe: readonly (() => void)[]
  #nudgeCount = 0

  constructor(parts: AccountIdentitiesParts) {
    this.#parts = parts
    const lookAgain = (): void => void (this.#nudgeCount += 1)
    this.#unsubscribe = [parts.signals.on("accounts", lookAgain), parts.signals.on("database", lookAgain)]
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
    for (const end of this.#unsubscribe) end()
  }

  #ofSession({ accountId, sessionId }: VerifiedToken): Identity {
    const nowMs = this.#parts.clock.now()
    const held = this.#held.peek(sessionId)
    const session = this.#isFresh(held, nowMs) ? held : this.#read(sessionId, { held, nowMs })
    if (session?.accountId === accountId && nowMs < session.endsAtMs) return session.identity
    throw invalidToken("The session of this token has ended.")
  }

  #isFresh(held: HeldSession | undefined, nowMs: number): boolean {
    if (held === undefined || held.nudgeCount !== this.#nudgeCount) return false
    return nowMs - held.readAtMs < heldMsMax && nowMs >= held.readAtMs
  }

  /** What is looked up again is the same object as before when nothing about it changed: others keep things by it. */
  #read(
    sessionId: string,
    { held: before, nowMs }: { readonly held: HeldSession | undefined; readonly nowMs: number },
  ): HeldSession | undefined {
    const found = this.#parts.database.read((reader) => {
      const session = reader.get(sqlQuery<{ user_id: string; expires_at: string }>(sessionSql, [sessionId]))
      const account = session === undefined ? undefined : findAccount(reader, session.user_id)
      return session === undefined || account === undefined ? undefined : { session, account }
    })
    if (found === undefined) {
      this.#held.take(sessionId)
      return undefined
    }
    const identity = identityOfAccount(found.account, sessionId)
    const held = {
      accountId: found.account.id,
      identity: before !== undefined && isDeepStrictEqual(before.identity, identity) ? before.identity : identity,
      endsAtMs: Date.parse(found.session.expires_at),
      readAtMs: nowMs,
      nudgeCount: this.#nudgeCount,
    }
    this.#held.set(sessionId, held)
    return held
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
