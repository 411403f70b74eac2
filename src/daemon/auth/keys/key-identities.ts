import { alyxError } from "../../../errors.ts"
import { BoundedCache } from "../../../lib/bounded-cache.ts"
import type { Clock } from "../../../lib/clock.ts"
import type { Logger } from "../../../lib/logger.ts"
import type { RuleOperation } from "../../../schema/schema.ts"
import type { Identity } from "../../caller.ts"
import type { Signals } from "../../signals/signals.ts"
import type { Database } from "../../storage/database.ts"
import { systemTables } from "../../storage/system-tables.ts"
import type { SystemTables } from "../../storage/system-tables.ts"
import { HeldIdentities } from "../held-identities.ts"
import type { KeyRow } from "./find-key.ts"
import { keyHash } from "./key-secret.ts"

/** Keys that are held in memory. */
const heldKeysMax = 2_000

/** How exact `last_used_at` is: so often at most a key that is in use is written. */
const lastUsedPrecisionMs = 60_000

/** What finding the key of a secret needs. */
export interface KeyIdentitiesParts {
  readonly database: Database
  readonly signals: Signals
  readonly clock: Clock
  readonly logger: Pick<Logger, "warn">
}

/** A key as it is held. */
interface HeldKey {
  readonly id: string
  readonly identity: Identity
  readonly expiresAtMs: number
  /** What was written when it was read. */
  readonly lastUsedMs: number
}

/** Tells whom the secret of an API key belongs to. Keys are held by the hash of their secret. */
export class KeyIdentities {
  readonly #parts: KeyIdentitiesParts
  readonly #held: HeldIdentities<HeldKey>
  /** By id, when a use was written, or began to be. */
  readonly #usedMs = new BoundedCache<number>({ sizeMax: heldKeysMax, keyLengthMax: 64 })
  readonly #writing = new Set<Promise<void>>()

  constructor(parts: KeyIdentitiesParts) {
    this.#parts = parts
    const { signals, clock } = parts
    this.#held = new HeldIdentities({ signals, clock, sizeMax: heldKeysMax, read: (hash) => this.#read(hash) })
  }

  /** At once; throws INVALID_TOKEN for what is no key, or one that has ended. */
  identify(secret: string): Identity {
    return this.identifyForLong(secret).identity
  }

  /** The same for those who go on listening: they have to know when the key expires. */
  identifyForLong(secret: string): { readonly identity: Identity; readonly expiresAtMs: number } {
    const hash = keyHash(secret)
    const key = hash === null ? undefined : this.#held.find(hash)
    const nowMs = this.#parts.clock.now()
    if (key === undefined || nowMs >= key.expiresAtMs) throw invalidKey()
    const lastUsedMs = this.#usedMs.peek(key.id) ?? key.lastUsedMs
    if (Math.abs(nowMs - lastUsedMs) >= lastUsedPrecisionMs) this.#use(key, nowMs)
    return key
  }

  /** Waits for what is being written. */
  async stop(): Promise<void> {
    this.#held.stop()
    await Promise.all(this.#writing)
  }

  #read(hash: string): HeldKey | undefined {
    const query = systemTables.selectFrom("_alyx_api_keys").selectAll().where("key_hash", "=", hash).compile()
    const row = this.#parts.database.read((reader) => reader.get(query))
    return row === undefined ? undefined : heldKey(row)
  }

  #use(key: HeldKey, nowMs: number): void {
    this.#usedMs.set(key.id, nowMs)
    const { database, logger } = this.#parts
    const update = systemTables
      .updateTable("_alyx_api_keys")
      .set({ last_used_at: new Date(nowMs).toISOString() })
      .where("id", "=", key.id)
      .compile()
    // The request does not wait: it is for people who wonder which keys are still in use.
    const writing = database
      .write((transaction) => void transaction.run(update))
      .catch((error: unknown) => logger.warn("It could not be written when an API key was used.", { error }))
      .finally(() => this.#writing.delete(writing))
    this.#writing.add(writing)
  }
}

function heldKey(row: SystemTables["_alyx_api_keys"]): HeldKey {
  const { id, expires_at: expires, last_used_at: used } = row
  return {
    id,
    identity: identityOfKey(row),
    expiresAtMs: expires === null ? Number.POSITIVE_INFINITY : Date.parse(expires),
    lastUsedMs: used === null ? 0 : Date.parse(used),
  }
}

/** A key has no address and no metadata; `verified` is false, since there is no address that was proven. */
export function identityOfKey({ id, role, collections, operations }: KeyRow): Identity {
  const isScoped = collections !== null || operations !== null
  return Object.freeze({
    auth: Object.freeze({ id: `key:${id}`, email: null, role, verified: false, metadata: Object.freeze({}) }),
    isAdmin: role === "admin",
    sessionId: null,
    scope: isScoped
      ? Object.freeze({
          collections: collections === null ? null : (JSON.parse(collections) as readonly string[]),
          operations: operations === null ? null : (JSON.parse(operations) as readonly RuleOperation[]),
        })
      : null,
  })
}

/** There is no such key, or not any more. */
export function invalidKey(): Error {
  return alyxError("INVALID_TOKEN", {
    message: "The API key is unknown, has expired, or was revoked.",
    next: "An admin makes a new one: alyx auth key create.",
  })
}
