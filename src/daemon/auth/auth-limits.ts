import { alyxError } from "../../errors.ts"
import { addressGroup } from "../../lib/address-group.ts"
import type { Clock } from "../../lib/clock.ts"
import { RateCounter } from "../../lib/rate-counter.ts"
import type { Rate } from "../../lib/units.ts"
import type { DaemonMode } from "../../protocol/admin-api.ts"
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

/** In dev the programs of this machine may try so much more often: tests of an app sign people up all day. */
export const devFactor = 100

/** How often something may be tried, by the address of the client and by the account that it is tried on. */
export class TryLimit {
  readonly #addresses: RateCounter
  readonly #accounts: RateCounter
  /** Counts what comes from this machine, in dev; null elsewhere. */
  readonly #local: RateCounter | null
  readonly #option: string
  readonly #rate: () => Rate

  constructor({ clock, rate, option, mode, accountFactor: factor = 1 }: TryLimitOptions) {
    const counter = (times: number): RateCounter =>
      new RateCounter({ clock, rate: () => ({ ...rate(), count: rate().count * times }), keysMax })
    this.#addresses = counter(1)
    this.#accounts = counter(factor)
    this.#local = mode === "dev" ? counter(devFactor) : null
    this.#option = option
    this.#rate = rate
  }

  /**
   * Counts a try, or throws RATE_LIMITED with the time to wait. The account is whatever names it, known or not, so that
   * the answer tells nothing. The owner of the project is never limited.
   */
  require({ caller, account }: { readonly caller: Caller; readonly account: string | null }): void {
    if (caller.owner) return
    if (this.#local !== null && isLocal(caller)) return this.#requireLocal(this.#local)
    const key = account === null ? null : secretHash(account)
    const byAddress = this.#addresses.check(addressGroup(caller.address))
    const byAccount = key === null ? byAddress : this.#accounts.check(key)
    const retryAfterSeconds = Math.max(byAddress.retryAfterSeconds, byAccount.retryAfterSeconds)
    if (retryAfterSeconds > 0) throw this.#tooMany(retryAfterSeconds, this.#rate().count)
    this.#addresses.count(addressGroup(caller.address))
    if (key !== null) this.#accounts.count(key)
  }

  /** Takes back what `require` counted for the account, where only failures count. */
  succeeded({ caller, account }: { readonly caller: Caller; readonly account: string }): void {
    const isCounted = !caller.owner && !(this.#local !== null && isLocal(caller))
    if (isCounted) this.#accounts.giveBack(secretHash(account))
  }

  #requireLocal(local: RateCounter): void {
    const { retryAfterSeconds } = local.check("local")
    if (retryAfterSeconds > 0) throw this.#tooMany(retryAfterSeconds, this.#rate().count * devFactor)
    local.count("local")
  }

  #tooMany(retryAfterSeconds: number, count: number): Error {
    const allowed = `${count} in ${Math.ceil(this.#rate().windowMs / 1_000)} s`
    return alyxError("RATE_LIMITED", {
      message: `There were too many tries: ${allowed} are allowed from one address.`,
      next: `Wait ${retryAfterSeconds} s; ${this.#option} is how much is allowed.`,
      retryAfterSeconds,
    })
  }
}

/** What a limit counts by. */
interface TryLimitOptions {
  readonly clock: Clock
  /** How often one address may try. */
  readonly rate: () => Rate
  /** The option that says so, for the answer. */
  readonly option: string
  readonly mode: DaemonMode
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
export function makeAuthLimits(config: () => AuthConfig, clock: Clock, mode: DaemonMode): AuthLimits {
  const rates = () => config().auth.rateLimit
  const limit = (option: string, rate: () => Rate, factor?: { readonly accountFactor: number }): TryLimit =>
    new TryLimit({ clock, mode, rate, option: `auth.rate_limit.${option}`, ...factor })
  return {
    login: limit("login", () => rates().login, { accountFactor }),
    register: limit("register", () => rates().register),
    passwordReset: limit("password_reset", () => rates().passwordReset),
  }
}

/** Addresses are those of the connection, or what a proxy that is trusted says. */
function isLocal({ address }: Caller): boolean {
  return address === "::1" || address.startsWith("127.")
}
