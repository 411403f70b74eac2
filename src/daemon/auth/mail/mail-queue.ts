import { BoundedQueue } from "../../../lib/bounded-queue.ts"
import { mailNames } from "./mail.ts"
import type { MailName, MailRequest } from "./mail.ts"
import type { RenderResult } from "./render-mail.ts"

/** Mails of one kind that wait to be sent. At the limit the oldest is given up: a flood of one kind costs no other. */
export const waitingMax = 1_000

/** Mails that wait for another try. At the limit the next one is given up instead. */
const delayedMax = 1_000

/** A mail with what was done for it already. */
export interface MailJob {
  readonly mail: MailRequest
  /** Null until it was rendered and, in dev, kept. */
  readonly prepared: PreparedMail | null
  /** How often the server could not take it. */
  readonly tries: number
}

/** A mail that is ready to be sent. */
export interface PreparedMail {
  readonly rendered: RenderResult
  /** Its number among the kept ones; null where none is kept. */
  readonly kept: number | null
}

/** Mails that wait, by kind; the kinds take turns, so that many of one do not hold up the few of another. */
export class MailQueue {
  readonly #waiting = new Map<MailName, BoundedQueue<MailJob>>()
  /** The one that is due first in front. */
  #delayed: { readonly job: MailJob; readonly dueMs: number }[] = []
  #turn = 0

  /** Adds a new mail; returns the one that had to go for it, if any. */
  push(job: MailJob): MailJob | undefined {
    const { name } = job.mail
    const queue = this.#waiting.get(name) ?? new BoundedQueue<MailJob>(waitingMax)
    this.#waiting.set(name, queue)
    return queue.push(job)
  }

  /** Puts a mail back until it is due; false when too many wait so. */
  delay(job: MailJob, dueMs: number): boolean {
    if (this.#delayed.length >= delayedMax) return false
    const at = this.#delayed.findLastIndex((other) => other.dueMs <= dueMs) + 1
    this.#delayed.splice(at, 0, { job, dueMs })
    return true
  }

  /** Takes the next mail that may be sent now; undefined when there is none. */
  take(nowMs: number): MailJob | undefined {
    if ((this.dueMs ?? Number.POSITIVE_INFINITY) <= nowMs) return this.#delayed.shift()!.job
    for (let looked = 0; looked < mailNames.length; looked += 1) {
      const name = mailNames[this.#turn]!
      this.#turn = (this.#turn + 1) % mailNames.length
      const job = this.#waiting.get(name)?.shift()
      if (job !== undefined) return job
    }
    return undefined
  }

  /** When the first of those that wait for another try is due; null when none does. */
  get dueMs(): number | null {
    return this.#delayed[0]?.dueMs ?? null
  }

  /** Takes out all that wait. */
  *drain(): Generator<MailJob> {
    const delayed = this.#delayed
    this.#delayed = []
    for (const { job } of delayed) yield job
    for (let job = this.take(0); job !== undefined; job = this.take(0)) yield job
  }
}
