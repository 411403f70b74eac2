import { alyxError } from "../../errors.ts"
import { addressGroup } from "../../lib/address-group.ts"
import type { Clock } from "../../lib/clock.ts"
import { RateCounter } from "../../lib/rate-counter.ts"
import type { Rate } from "../../lib/units.ts"
import type { Caller } from "../caller.ts"
import type { AuthConfig } from "./auth.ts"
import { secretHash } from "./secret-token.ts"

/** Addresses, and accounts, that are counted at once for each kind of try; about 10 MB at the most. */
const keysMax = 20_000

/**
 * So much more often than one address may a sign-in be tried on one account, from wherever: else five wrong passwords a
 * minute would keep its owner out.
 */
export const accountFactor = 20

/** How often something may be tried, by the address of the client and by the account that it is tried on. */
export class TryLimit {
  readonly #addresses: RateCounter
  readonly #accounts: RateCounter

  constructor({ clock, rate, accountFactor: factor = 1 }: TryLimitOptions) {
    this.#addresses = new RateCounter({ clock, rate, keysMax })
    const accountRate = (): Rate => ({ ...rate(), count: rate().count * factor })
    this.#accounts = new RateCounter({ clock, rate: accountRate, keysMax })
  }

  /**
   * Counts a try, or throws RATE_LIMITED with the time to wait. The account is whatever names it, known or not, so that
   * the answer tells nothing. The owner of the project is never limited.
   */
  require({ caller, account }: { readonly caller: Caller; readonly account: string | null }): void {
    if (caller.owner) return
    const key = account === null ? null : secretHash(account)
    const byAddress = this.#addresses.check(addressGroup(caller.address))
    const byAccount = key === null ? byAddress : this.#accounts.check(key)
    const retryAfterSeconds = Math.max(byAddress.retryAfterSeconds, byAccount.retryAfterSeconds)
    if (retryAfterSeconds > 0) throw tooMany(retryAfterSeconds)
    this.#addresses.count(addressGroup(caller.address))
    if (key !== null) this.#accounts.count(key)
  }

  /** Takes back what `require` counted for the account, where only failures count. */
  succeeded({ caller, account }: { readonly caller: Caller; readonly account: string }): void {
    if (!caller.owner) this.#accounts.giveBack(secretHash(account))
  }
}

/** What a limit counts by. */
interface TryLimitOptions {
  readonly clock: Clock
  /** How often one address may try. */
  readonly rate: () => Rate
  /** How much more often all addresses together may try on one account. */
  readonly accountFactor?: number
}

/** The limits of `auth.rate_limit`. */
export interface AuthLimits {
  readonly login: TryLimit
  readonly register: TryLimit
  readonly passwordReset: TryLimit
}

/** Makes the counters; their rates are read at every use. */
export function makeAuthLimits(config: () => AuthConfig, clock: Clock): AuthLimits {
  const rates = () => config().auth.rateLimit
  return {
    login: new TryLimit({ clock, rate: () => rates().login, accountFactor }),
    register: new TryLimit({ clock, rate: () => rates().register }),
    passwordReset: new TryLimit({ clock, rate: () => rates().passwordReset }),
  }
}

function tooMany(retryAfterSeconds: number): Error {
  return alyxError("RATE_LIMITED", {
    message: "There were too many tries.",
    next: `Wait ${retryAfterSeconds} seconds.`,
    retryAfterSeconds,
  })
}
