import { setTimeout as wait } from "node:timers/promises"

import { BoundedQueue } from "../../../lib/bounded-queue.ts"
import type { Clock } from "../../../lib/clock.ts"
import type { LogFields, Logger } from "../../../lib/logger.ts"
import type { Config } from "../../../project/options.ts"
import type { Database } from "../../storage/database.ts"
import { keepMail, settleMail } from "./kept-mails.ts"
import { shortAddress } from "./mail.ts"
import type { MailRequest, MailSender } from "./mail.ts"
import type { RenderResult } from "./render-mail.ts"
import { handToSmtp, SmtpRefusal } from "./smtp.ts"

/** Mails that wait to be sent. At the limit the oldest is given up, and the log says so. */
const waitingMax = 1_000

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

/** Renders mails and hands them to the mail server, one after the other, outside of any request and transaction. */
export class Mailer implements MailSender {
  readonly #options: MailerOptions
  readonly #waiting = new BoundedQueue<MailRequest>(waitingMax)
  readonly #ending = new AbortController()
  #work: Promise<void> | null = null
  #hasWarned = false

  constructor(options: MailerOptions) {
    this.#options = options
  }

  post(mail: MailRequest): void {
    if (this.#ending.signal.aborted) return this.#lose(mail, "The server is stopping.")
    const lost = this.#waiting.push(mail)
    if (lost !== undefined) this.#lose(lost, `More than ${waitingMax} mails are waiting.`)
    this.#work ??= this.#sendAll().finally(() => (this.#work = null))
  }

  /** Resolves when no mail waits. */
  async idle(): Promise<void> {
    while (this.#work !== null) await this.#work
  }

  /** Lets the mail that is under way arrive, for a while; gives up the others. Idempotent. */
  async stop(): Promise<void> {
    for (let mail = this.#waiting.shift(); mail !== undefined; mail = this.#waiting.shift()) {
      this.#lose(mail, "The server is stopping.")
    }
    const grace = setTimeout(() => this.#ending.abort(), stopGraceMs)
    await this.idle()
    clearTimeout(grace)
    this.#ending.abort()
  }

  async #sendAll(): Promise<void> {
    // In a turn of its own, so that a request is answered first.
    await wait(0)
    for (let mail = this.#waiting.shift(); mail !== undefined; mail = this.#waiting.shift()) {
      try {
        await this.#send(mail)
      } catch (error) {
        this.#options.logger.error("A mail could not be made.", { ...factsOf(mail), error })
      }
    }
  }

  async #send(mail: MailRequest): Promise<void> {
    const { config, database, clock, logger, isKeeping } = this.#options
    const { smtp, from } = config().mail
    const rendered = await this.#render(mail)
    const kept = isKeeping ? await keepMail(database, { ...mail, ...rendered.mail, nowMs: clock.now() }) : null
    const facts = { ...factsOf(mail), ...(kept === null ? {} : { id: kept }) }
    if (smtp === null) {
      if (kept !== null) return logger.info(`Mail to ${shortAddress(mail.to)}: ${rendered.mail.subject}`, facts)
      return this.#noteUnsent(facts)
    }
    const refusal = await this.#try({ smtp, from: from ?? senderOfNobody }, mail, rendered)
    if (kept !== null) {
      await settleMail(database, kept, { state: refusal === null ? "sent" : "failed", error: refusal?.message ?? null })
    }
    if (refusal !== null) return logger.error("A mail could not be sent.", { ...facts, reason: refusal.message })
    const level = isKeeping ? "info" : "debug"
    logger[level](`Mail to ${shortAddress(mail.to)}: ${rendered.mail.subject}`, facts)
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
    const pauses = this.#options.pausesMs ?? pausesMs
    const { signal } = this.#ending
    for (let tries = 0; ; tries += 1) {
      const refusal = await handToSmtp(smtp, { ...mail, from, to }, signal).then(
        () => null,
        (error: unknown) => error,
      )
      if (refusal === null) return null
      if (!(refusal instanceof SmtpRefusal)) throw refusal
      const pause = pauses[tries]
      if (refusal.isFinal || pause === undefined || signal.aborted) return refusal
      await wait(pause, undefined, { signal }).catch(() => undefined)
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
