import { alyxError } from "../../../errors.ts"
import { BoundedQueue } from "../../../lib/bounded-queue.ts"
import { argon2idOf, argon2idOfNothing, formatPhc, isArgon2idOf, isOutdated, parsePhc } from "./argon2id.ts"

/** Hashes that are computed at once: the thread pool has four threads, and the fourth syncs the database. */
const runningMax = 3

/** Hashes that wait for a thread, about two seconds of work; more are refused with RATE_LIMITED. */
export const waitingMax = 120

/** What became of a verification. */
export interface PasswordMatch {
  readonly isRight: boolean
  /** The hash was made at another cost than today's: hash the password again and keep that. */
  readonly isOutdated: boolean
}

/** Hashes passwords and verifies them, a few at a time. */
export class Passwords {
  readonly #nothing = argon2idOfNothing()
  readonly #waiting = new BoundedQueue<() => void>(waitingMax)
  #runningCount = 0
  #runCount = 0

  /** How many hashes were computed since the start. */
  get runCount(): number {
    return this.#runCount
  }

  /** Makes the PHC string that is kept of a password. */
  async hash(password: string): Promise<string> {
    return formatPhc(await this.#run(() => argon2idOf(password)))
  }

  /**
   * Verifies a password against a PHC string. Null, where there is no account or it has no password, costs the same and
   * is never right; so is a string that cannot be read.
   */
  async verify(password: string, phc: string | null): Promise<PasswordMatch> {
    const hash = phc === null ? null : parsePhc(phc)
    const isRight = await this.#run(() => isArgon2idOf(password, hash ?? this.#nothing))
    return { isRight: isRight && hash !== null, isOutdated: hash !== null && isOutdated(hash) }
  }

  async #run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#runningCount < runningMax) this.#runningCount += 1
    else await this.#turn()
    this.#runCount += 1
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#runningCount -= 1
      else next()
    }
  }

  /** Resolves when a running one hands its place on. */
  #turn(): Promise<void> {
    if (this.#waiting.size >= waitingMax) {
      throw alyxError("RATE_LIMITED", {
        message: "Too many passwords are being checked.",
        next: "Try again in a moment.",
        retryAfterSeconds: 2,
      })
    }
    return new Promise((resolve) => void this.#waiting.push(resolve))
  }
}
