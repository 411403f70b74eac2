import { setImmediate as nextTurn } from "node:timers/promises"

import type { AccountMails } from "../account-mails.ts"
import { findAccountByEmail } from "../accounts.ts"
import type { Account } from "../accounts.ts"
import type { AuthParts } from "../auth.ts"
import { codeLifetimesMs } from "../codes/one-time-codes.ts"
import type { EmailAddress } from "../email-address.ts"
import { linkWith, makeLink, requirePublicAddress } from "./links.ts"
import type { LinkParts, LinkPurpose } from "./links.ts"
import { shortAddress } from "./mail.ts"
import type { MailName, MailSender } from "./mail.ts"

/** Links that are being made at once; at the limit no more mails begin, and the log says so. */
const pendingMax = 1_000

/** What the mails of accounts are made by. */
export interface AccountLinksOptions extends LinkParts, Pick<AuthParts, "logger"> {
  readonly mailer: MailSender
}

/**
 * The mails of accounts, with their links. Everything happens after the answer of whoever asked: neither its time nor
 * its words tell whether there is an account.
 */
export class AccountLinks implements AccountMails {
  readonly #options: AccountLinksOptions
  readonly #pending = new Set<Promise<void>>()

  constructor(options: AccountLinksOptions) {
    this.#options = options
  }

  accountMade(account: Account): void {
    this.#later("verify", account.email, () => this.#sendLink("verify", "verify", account))
  }

  registrationAsked({ email }: EmailAddress, secret: string): void {
    this.#later("verify", email, async () => {
      const link = linkWith(this.#options, "verify", secret)
      this.#post("verify", email, { link, valid: showLifetime(codeLifetimesMs.register) })
    })
  }

  addressKnown(account: Account): void {
    this.#later("known-address", account.email, async () => this.#post("known-address", account.email, {}))
  }

  passwordForgotten(address: EmailAddress): void {
    this.#later("reset", address.email, async () => {
      const account = this.#options.database.read((reader) => findAccountByEmail(reader, address))
      if (account !== undefined) await this.#sendLink("reset", "reset", account)
    })
  }

  addressChangeAsked(account: Account, to: EmailAddress): void {
    this.#later("change-email", to.email, async () => {
      await this.#sendLink("change-email", "change_email", account, to)
      this.#postNotice(account, to)
    })
  }

  addressChangeNoticed(account: Account, to: EmailAddress): void {
    this.#later("change-email-notice", account.email, async () => this.#postNotice(account, to))
  }

  /** Resolves when nothing is being made. */
  async idle(): Promise<void> {
    await Promise.all(this.#pending)
  }

  #later(name: MailName, to: string, work: () => Promise<void>): void {
    const { logger } = this.#options
    const facts = { mail: name, to: shortAddress(to) }
    if (this.#pending.size >= pendingMax) {
      return logger.error("A mail could not be made.", { ...facts, reason: `${pendingMax} others are being made.` })
    }
    const made = nextTurn()
      .then(work)
      .catch((error: unknown) => logger.error("A mail could not be made.", { ...facts, error }))
      .finally(() => this.#pending.delete(made))
    this.#pending.add(made)
  }

  async #sendLink(name: MailName, purpose: LinkPurpose, account: Account, to?: EmailAddress): Promise<void> {
    const link = await makeLink(this.#options, { purpose, account, ...(to === undefined ? {} : { to }) })
    this.#post(name, to?.email ?? account.email, { link, valid: showLifetime(codeLifetimesMs[purpose]) })
  }

  #postNotice(account: Account, to: EmailAddress): void {
    this.#post("change-email-notice", account.email, { new_email: to.email })
  }

  #post(name: MailName, to: string, values: Readonly<Record<string, string>>): void {
    const site = requirePublicAddress(this.#options).host
    this.#options.mailer.post({ name, to, values: { site, email: to, ...values } })
  }
}

function showLifetime(lifetimeMs: number): string {
  const hours = Math.round(lifetimeMs / 3_600_000)
  return hours === 1 ? "an hour" : `${hours} hours`
}
