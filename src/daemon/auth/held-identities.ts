import { isDeepStrictEqual } from "node:util"

import { BoundedCache } from "../../lib/bounded-cache.ts"
import type { Clock } from "../../lib/clock.ts"
import type { Identity } from "../caller.ts"
import type { Signals } from "../signals/signals.ts"

/** What is held is looked up again after so long, for changes that nobody told: another process wrote. */
const heldMsMax = 1_000

/** The longest name under which something is held. */
const keyLengthMax = 64

/** What a lookup gives. */
export interface FoundIdentity {
  readonly identity: Identity
}

/** What HeldIdentities needs. */
export interface HeldIdentitiesOptions<Found extends FoundIdentity> {
  readonly signals: Signals
  readonly clock: Clock
  /** How many are held; others are looked up whenever they are asked for, about 10 µs. */
  readonly sizeMax: number
  readonly read: (key: string) => Found | undefined
}

interface Held<Found> {
  readonly found: Found
  readonly readAtMs: number
  /** How many nudges had been heard when it was read. */
  readonly nudgeCount: number
}

/**
 * Identities that were looked up lately. All are looked up again after a nudge, and each once a second: who is revoked is
 * refused from the next request on, and within that second where another program did it.
 */
export class HeldIdentities<Found extends FoundIdentity> {
  readonly #options: HeldIdentitiesOptions<Found>
  readonly #held: BoundedCache<Held<Found>>
  readonly #unsubscribe: readonly (() => void)[]
  #nudgeCount = 0

  constructor(options: HeldIdentitiesOptions<Found>) {
    this.#options = options
    this.#held = new BoundedCache({ sizeMax: options.sizeMax, keyLengthMax })
    const lookAgain = (): void => void (this.#nudgeCount += 1)
    this.#unsubscribe = [options.signals.on("accounts", lookAgain), options.signals.on("database", lookAgain)]
  }

  /** What there is under a key. Its identity is the same object as before while nothing about it changed: others keep things by it. */
  find(key: string): Found | undefined {
    const nowMs = this.#options.clock.now()
    const held = this.#held.peek(key)
    if (held !== undefined && this.#isFresh(held, nowMs)) return held.found
    const read = this.#options.read(key)
    if (read === undefined) {
      this.#held.take(key)
      return undefined
    }
    const found = held === undefined ? read : withKnownIdentity(read, held.found.identity)
    this.#held.set(key, { found, readAtMs: nowMs, nudgeCount: this.#nudgeCount })
    return found
  }

  /** Hears no more nudges. */
  stop(): void {
    for (const end of this.#unsubscribe) end()
  }

  #isFresh({ readAtMs, nudgeCount }: Held<Found>, nowMs: number): boolean {
    return nudgeCount === this.#nudgeCount && nowMs - readAtMs < heldMsMax && nowMs >= readAtMs
  }
}

function withKnownIdentity<Found extends FoundIdentity>(read: Found, known: Identity): Found {
  return isDeepStrictEqual(known, read.identity) ? { ...read, identity: known } : read
}
