import { setTimeout as wait } from "node:timers/promises"

import type { Clock } from "../../../lib/clock.ts"
import type { LogFields, Logger } from "../../../lib/logger.ts"
import type { Config } from "../../../project/options.ts"
import type { Database } from "../../storage/database.ts"
import { keepMail, settleMail } from "./kept-mails.ts"
import { MailQueue, waitingMax } from "./mail-queue.ts"
import type { MailJob, PreparedMail } from "./mail-queue.ts"
import { shortAddress } from "./mail.ts"
import type { MailRequest, MailSender } from "./mail.ts"
import type { RenderResult } from "./render-mail.ts"
import { handToSmtp, SmtpRefusal } from "./smtp.ts"

/** What is waited before a second and a third try. */
const pausesMs = [2_000, 10_000] as const

/** What a stop waits for the mail that is being sent; those that wait are given up, and people ask again. */
const stopGraceMs = 3_000

/** The configuration asks for mail.from where mail.smtp is set. */
const senderOfNobody = "alyx@localhost"

/** What the mailer needs. */
export interface MailerOptions {
  readonly config: () => Pick<Config, "mail">
  readonly database: Database
  readonly clock: Clock
  readonly logger: Logger
  /** The project's folder, whose own templates go before ours. */
  readonly root: string
  /** In dev every mail is kept; elsewhere none is. */
  readonly isKeeping: boolean
  /** The pauses between tries; tests make them short. */
  readonly pausesMs?: readonly number[]
}

/**
 * Renders mails and hands them to the mail server, one after the other, outside of any request and transaction. One that
 * the server cannot take now waits for another try, while the others go on.
 */
export class Mailer implements MailSender {
  readonly #options: MailerOptions
  readonly #queue = new MailQueue()
  readonly #ending = new AbortController()
  #work: Promise<void> | null = null
  #isStopping = false
  /** Ends the wait for a mail that is not due yet. */
  #wake: () => void = () => undefined
  #hasWarned = false

  constructor(options: MailerOptions) {
    this.#options = options
  }

  post(mail: MailRequest): void {
    if (this.#isStopping) return this.#lose(mail, "The server is stopping.")
    const lost = this.#queue.push({ mail, prepared: null, tries: 0 })
    if (lost !== undefined) this.#lose(lost.mail, `More than ${waitingMax} mails are waiting.`)
    this.#wake()
    this.#work ??= this.#sendAll()
  }

  /** Resolves when no mail waits. */
  async idle(): Promise<void> {
    while (this.#work !== null) await this.#work
  }

  /** Lets the mail that is under way arrive, for a while; gives up the others. Idempotent. */
  async stop(): Promise<void> {
    this.#isStopping = true
    for (const { mail } of this.#queue.drain()) this.#lose(mail, "The server is stopping.")
    this.#wake()
    const grace = setTimeout(() => this.#ending.abort(), stopGraceMs)
    await this.idle()
    clearTimeout(grace)
    this.#ending.abort()
  }

  async #sendAll(): Promise<void> {
    // In a turn of its own, so that a request is answered first.
    await wait(0)
    for (;;) {
      const job = this.#queue.take(performance.now())
      const { dueMs } = this.#queue
      if (job !== undefined) await this.#sendOne(job)
      else if (dueMs === null) break
      else await this.#waitUntil(dueMs)
    }
    // In the same turn: what is posted from now on begins anew.
    this.#work = null
  }

  async #waitUntil(dueMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.max(1, dueMs - performance.now()))
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  async #sendOne(job: MailJob): Promise<void> {
    try {
      await this.#send(job)
    } catch (error) {
      this.#options.logger.error("A mail could not be made.", { ...factsOf(job.mail), error })
    }
  }

  async #send(job: MailJob): Promise<void> {
    const { config, database, logger, isKeeping } = this.#options
    const { mail } = job
    const { smtp, from } = config().mail
    const prepared = job.prepared ?? (await this.#prepare(mail))
    const { rendered, kept } = prepared
    const facts = { ...factsOf(mail), ...(kept === null ? {} : { id: kept }) }
    if (smtp === null) {
      if (kept !== null) return logger.info(`Mail to ${shortAddress(mail.to)}: ${rendered.mail.subject}`, facts)
      return this.#noteUnsent(facts)
    }
    const refusal = await this.#try({ smtp, from: from ?? senderOfNobody }, mail, rendered)
    if (refusal !== null && this.#delays({ ...job, prepared, tries: job.tries + 1 }, refusal)) return
    if (kept !== null) {
      await settleMail(database, kept, { state: refusal === null ? "sent" : "failed", error: refusal?.message ?? null })
    }
    if (refusal !== null) return logger.error("A mail could not be sent.", { ...facts, reason: refusal.message })
    const level = isKeeping ? "info" : "debug"
    logger[level](`Mail to ${shortAddress(mail.to)}: ${rendered.mail.subject}`, facts)
  }

  async #prepare(mail: MailRequest): Promise<PreparedMail> {
    const { database, clock, isKeeping } = this.#options
    const rendered = await this.#render(mail)
    const kept = isKeeping ? await keepMail(database, { ...mail, ...rendered.mail, nowMs: clock.now() }) : null
    return { rendered, kept }
  }

  /** Whether a mail that was not taken is tried again later. */
  #delays(job: MailJob, refusal: SmtpRefusal): boolean {
    const pause = (this.#options.pausesMs ?? pausesMs)[job.tries - 1]
    if (refusal.isFinal || pause === undefined || this.#isStopping) return false
    return this.#queue.delay(job, performance.now() + pause)
  }

  async #render(mail: MailRequest): Promise<RenderResult> {
    // With the first mail, not with the start: it brings the template engine.
    const { renderMail } = await import("./render-mail.ts")
    const rendered = renderMail(mail, this.#options)
    for (const { message, at, next } of rendered.problems) {
      const place = at === undefined ? "" : `${at.file}:${at.line}: `
      this.#options.logger.warn(`${place}${message}${next === undefined ? "" : ` ${next}`}`)
    }
    return rendered
  }

  /** Null when the server took it. */
  async #try(
    { smtp, from }: { readonly smtp: string; readonly from: string },
    { to }: MailRequest,
    { mail }: RenderResult,
  ): Promise<SmtpRefusal | null> {
    try {
      await handToSmtp(smtp, { ...mail, from, to }, this.#ending.signal)
      return null
    } catch (refusal) {
      if (refusal instanceof SmtpRefusal) return refusal
      throw refusal
    }
  }

  /** Once aloud: a server without mails is somebody's choice. */
  #noteUnsent(facts: LogFields): void {
    const level = this.#hasWarned ? "debug" : "warn"
    this.#hasWarned = true
    this.#options.logger[level]("A mail was not sent, since mail.smtp is not set.", facts)
  }

  #lose(mail: MailRequest, reason: string): void {
    this.#options.logger.error("A mail could not be sent.", { ...factsOf(mail), reason })
  }
}

/** Neither the address nor the link: logs are read by more people than mails. */
function factsOf({ name, to }: MailRequest): { readonly mail: string; readonly to: string } {
  return { mail: name, to: shortAddress(to) }
}
