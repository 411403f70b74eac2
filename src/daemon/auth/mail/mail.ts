/** The mails that Alyx writes. Each has a text and an HTML form in templates/mail/. */
export const mailNames = ["verify", "reset", "change-email", "change-email-notice", "known-address"] as const

export type MailName = (typeof mailNames)[number]

/** A mail that somebody shall get. */
export interface MailRequest {
  readonly name: MailName
  /** The address, without a name. */
  readonly to: string
  /** What the templates may put in: always `site` and `email`; `link` and `valid` where there is a link. */
  readonly values: Readonly<Record<string, string>>
}

/** A mail as it is sent. */
export interface RenderedMail {
  readonly subject: string
  readonly text: string
  readonly html: string
}

/** Takes mails, and sends them when there is time. */
export interface MailSender {
  /** Returns at once and never throws: what becomes of a mail is in the log, and in dev at `alyx auth mail`. */
  post(mail: MailRequest): void
}

/** An address as it may stand in a log: enough to know it again, too little to use. */
export function shortAddress(address: string): string {
  const at = address.lastIndexOf("@")
  return at < 1 ? "…" : `${String.fromCodePoint(address.codePointAt(0)!)}…${address.slice(at)}`
}
